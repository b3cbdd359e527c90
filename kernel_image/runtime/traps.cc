// From a saved frame to whoever handles it.
#include "kernel_image/runtime/traps.h"

#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/mapping.h"

namespace xrt XRT_HIDDEN {

namespace {

xrt_trap_handler* handlers[XRT_VECTORS];
InterruptSwitch* switches[XRT_VECTORS];  // of the scheduler, which goes on with another frame

constexpr unsigned kPageFault = 14;

// The two 8259s, moved away from the exceptions' vectors and masked. The local APIC is used instead.
void quiet_old_interrupt_controllers() {
  constexpr struct {
    uint16_t port;
    uint8_t value;
  } kWrites[] = {
      {0x20, 0x11},           {0xa0, 0x11},                // start over; cascaded; four words follow
      {0x21, XRT_VECTOR_PIC}, {0xa1, XRT_VECTOR_PIC + 8},  // first vectors
      {0x21, 0x04},           {0xa1, 0x02},                // the second hangs on line 2 of the first
      {0x21, 0x01},           {0xa1, 0x01},                // 8086 mode
      {0x21, 0xff},           {0xa1, 0xff},                // all lines masked
  };
  for (const auto& write : kWrites) write_port8(write.port, write.value);
}

extern "C" XRT_HIDDEN xrt_frame* xrt_exception(xrt_frame* frame) {
  if (frame->vector == kPageFault && fill_touched_page(read_cr2(), frame->error)) return frame;
  if (xrt_trap_handler* handler = handlers[frame->vector])
    handler(frame);
  else
    report_fault(*frame);
  return frame;
}

extern "C" XRT_HIDDEN xrt_frame* xrt_interrupt(xrt_frame* frame) {
  if (InterruptSwitch* choose = switches[frame->vector]) return choose(frame);
  if (xrt_trap_handler* handler = handlers[frame->vector]) handler(frame);
  return frame;
}

}  // namespace

void start_traps() {
  quiet_old_interrupt_controllers();
}

void set_interrupt_switch(unsigned vector, InterruptSwitch* choose) {
  switches[vector] = choose;
}

bool has_interrupt_handlers() {
  for (unsigned vector = XRT_VECTOR_TIMER; vector < XRT_VECTORS; ++vector)
    if (handlers[vector] != nullptr) return true;
  return false;
}

}  // namespace xrt XRT_HIDDEN

int xrt_set_trap_handler(unsigned vector, xrt_trap_handler* handler) {
  if (vector >= XRT_VECTORS || xrt::switches[vector] != nullptr) return -XRT_EINVAL;
  xrt::handlers[vector] = handler;
  return 0;
}
