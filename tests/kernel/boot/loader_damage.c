// A loader that does not do its part: no start information, and one that is out of reach. And a CPU without a local APIC.
// with: ../damaging_loader.S
// link: -e damaging_loader
// boot: -M microvm -m 64M -append none
// exit: 69
// >
// > xrt: the loader left no hvm_start_info with a memory map
// boot: -M microvm -m 64M -append high
// exit: 69
// >
// > xrt: what the loader tells is above 4 GiB, out of reach
// boot: -M pc -m 64M -cpu max,-apic -append good
// exit: 69
// >
// > xrt: this CPU has no local APIC, which clocks and threads need
// boot: -M microvm -m 64M -append good
// > good
#include <xrt.h>

int main(void) {
  xrt_sleep(1);
  xrt_printf("%s\n", xrt_command_line());
  return 0;
}
