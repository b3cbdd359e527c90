// The smallest program, on every machine: what it says and that it ends well.
// boot: -M microvm -m 2M
// boot: -M microvm,acpi=off -m 64M
// boot: -M pc -m 64M -vga std
// boot: -M pc -m 8G -cpu max
// boot: -M q35 -m 5G
// boot: -M q35 -m 64M -smp 4
// boot: -M pc -m 64M -cpu Nehalem
// boot: -M microvm -m 64M -cpu qemu64,-nx
// boot: -M microvm -m 1096K
// > hello
#include <xrt.h>

int main(void) {
  xrt_write(1, "hello\n", 6);
  return 0;
}
