// Machines without the debug-exit device are switched off by ACPI, whichever way their tables describe.
// plain: -M pc -m 64M
// plain: -M q35 -m 64M
// plain: -M microvm -m 64M
// exit: 0
// > main
#include <xrt.h>

int main(void) {
  xrt_write(1, "main\n", 5);
  return 3;
}
