// Which clock is trusted, and how the others are measured by it.
//
// Hypervisors of the QEMU family run the local APIC's timer at 1 GHz. Elsewhere the PIT, whose rate is the same in all
// machines, measures both the TSC and the local APIC. A measurement is repeated over twice the time until two agree, so
// exact clocks are measured in microseconds, and noisy ones as long as it takes.
#include "kernel_image/runtime/clock.h"

#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/lapic.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kSecond = 1000000000;

// Factors are fixed-point numbers with 32 bits behind the point.
struct {
  uint64_t start;        // the TSC then
  uint64_t nanoseconds;  // of a TSC tick
  uint64_t lapic_ticks;  // in a nanosecond
} clock;

uint64_t scale(uint64_t value, uint64_t factor) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(value) * factor >> 32);
}

// ---- clocks to measure by ----

struct Reference {
  uint64_t (*elapsed)();  // ticks since it was started; must be asked at least once a wrap
  uint64_t frequency;
  uint64_t first_window;  // ticks
};

uint64_t lapic_elapsed() {
  return UINT32_MAX - lapic_ticks_left();
}

constexpr uint16_t kPitCounter = 0x40;
constexpr uint16_t kPitCommand = 0x43;

uint16_t read_pit() {
  write_port8(kPitCommand, 0x00);  // latch counter 0
  const uint8_t low = read_port8(kPitCounter);
  return static_cast<uint16_t>(low | read_port8(kPitCounter) << 8);
}

struct {
  uint16_t last;
  uint64_t ticks;
} pit;

// It counts down from 65536, 54 ms long.
uint64_t pit_elapsed() {
  const uint16_t count = read_pit();
  pit.ticks += static_cast<uint16_t>(pit.last - count);
  pit.last = count;
  return pit.ticks;
}

bool start_pit() {
  write_port8(kPitCommand, 0x34);  // counter 0, both bytes, mode 2: one down a tick
  write_port8(kPitCounter, 0);
  write_port8(kPitCounter, 0);
  pit.last = read_pit();
  for (int i = 0; i < 100000; ++i)
    if (read_pit() != pit.last) return true;
  return false;  // ports without a device read as ones
}

// ---- measuring ----

bool lapic_runs_at_one_gigahertz() {
  constexpr uint32_t kHypervisorPresent = 1u << 31;
  if (!(read_cpuid(1).c & kHypervisorPresent)) return false;
  const CpuId id = read_cpuid(0x40000000);
  const bool is_tcg = id.b == 0x54474354 && id.c == 0x43544743 && id.d == 0x47435447;  // "TCGTCGTCGTCG"
  const bool is_kvm = id.b == 0x4b4d564b && id.c == 0x564b4d56 && id.d == 0x0000004d;  // "KVMKVMKVM"
  return is_tcg || is_kvm;
}

Reference choose_reference() {
  if (lapic_runs_at_one_gigahertz()) return {lapic_elapsed, kSecond, 1000};
  if (start_pit()) return {pit_elapsed, 1193182, 600};
  end_with_message("there is no clock to measure time by: neither a known hypervisor nor a PIT", XRT_EXIT_PANIC);
}

struct Rates {
  uint64_t tsc, lapic;  // Hz
};

// Ticks a second; the window is some milliseconds at most, so nothing overflows before the quotient does.
uint64_t rate(uint64_t ticks, uint64_t reference_ticks, uint64_t frequency) {
  return ticks * frequency / reference_ticks;
}

// All clocks at one moment. The order of reading is always the same, so what it costs is the same, too.
struct Moment {
  uint64_t reference, tsc, lapic;
};

Moment read_clocks(const Reference& reference) {
  return {reference.elapsed(), read_tsc(), lapic_elapsed()};
}

Rates measure_for(const Reference& reference, uint64_t window) {
  const Moment start = read_clocks(reference);
  Moment end;
  do {
    end = read_clocks(reference);
  } while (end.reference - start.reference < window);
  const uint64_t elapsed = end.reference - start.reference;
  return {rate(end.tsc - start.tsc, elapsed, reference.frequency),
          rate(end.lapic - start.lapic, elapsed, reference.frequency)};
}

bool agree(uint64_t a, uint64_t b) {
  constexpr uint64_t kOneIn = 4000;
  const uint64_t difference = a > b ? a - b : b - a;
  return difference <= a / kOneIn;
}

Rates measure(const Reference& reference) {
  constexpr int kLongest = 14;  // doublings: 16 ms by the local APIC
  Rates last = measure_for(reference, reference.first_window);
  for (int i = 1; i <= kLongest; ++i) {
    const uint64_t window = reference.first_window << i;
    if (window > reference.frequency / 32) break;
    const Rates rates = measure_for(reference, window);
    const bool is_settled = agree(rates.tsc, last.tsc) && agree(rates.lapic, last.lapic);
    last = rates;
    if (is_settled) break;
  }
  return last;
}

[[gnu::constructor(50)]] void start_clock() {
  InterruptLock lock;
  start_lapic();
  start_lapic_timer(UINT32_MAX);
  const Reference reference = choose_reference();
  Rates rates = measure(reference);
  if (reference.elapsed == lapic_elapsed) rates.lapic = kSecond;
  start_lapic_timer(0);
  if (rates.tsc == 0 || rates.lapic == 0) end_with_message("a clock stands still", XRT_EXIT_PANIC);
  clock.nanoseconds = (kSecond << 32) / rates.tsc;
  clock.lapic_ticks = (rates.lapic << 32) / kSecond;
  clock.start = read_tsc();
}

}  // namespace

uint64_t now() {
  return scale(read_tsc() - clock.start, clock.nanoseconds);
}

void set_alarm(uint64_t time) {
  const uint64_t current = now();
  const uint64_t ticks = time <= current ? 0 : scale(time - current, clock.lapic_ticks);
  const uint64_t longest = UINT32_MAX;
  start_lapic_timer(static_cast<uint32_t>(ticks >= longest ? longest : ticks + 1));
}

}  // namespace xrt XRT_HIDDEN

uint64_t xrt_nanotime() {
  return xrt::now();
}
