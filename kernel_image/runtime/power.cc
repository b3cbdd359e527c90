// Switching the machine off.
#include "kernel_image/runtime/power.h"

#include "kernel_image/runtime/acpi.h"
#include "kernel_image/runtime/include/xrt.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint16_t kDebugExitPort = 0x501;

bool is_in_acpi;  // tables of the firmware that lead astray do so once

}  // namespace

int exit_value_of(int code) {
  return code == 0 ? XRT_EXIT_SUCCESS : XRT_EXIT_FAILURE | (code & 0x3f);
}

}  // namespace xrt XRT_HIDDEN

void xrt_power_off(int value) {
  xrt::write_port32(xrt::kDebugExitPort, static_cast<uint32_t>(value));
  if (!xrt::is_in_acpi) {
    xrt::is_in_acpi = true;
    xrt::power_off_by_acpi();
  }
  xrt::halt_forever();
}
