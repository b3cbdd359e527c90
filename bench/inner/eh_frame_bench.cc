// Cutting call frame information into records; writing the sorted header of an executable with many functions.
#include <benchmark/benchmark.h>

#include "bench/inner/real_input.h"
#include "formats/eh_frame.h"

namespace xld::bench {
namespace {

void split_records(benchmark::State& state) {
  real_sections();  // reading them is not what is measured
  std::vector<EhRecord> records;
  uint64_t count = 0;
  for (auto _ : state) {
    for (const RealSection& section : real_sections()) {
      if (section.name != ".eh_frame") continue;
      records.clear();
      if (!split_eh_frame(section.content, records)) state.SkipWithError("malformed");
      count += records.size();
    }
  }
  state.counters["time_per_record"] =
      benchmark::Counter(static_cast<double>(count), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(split_records);

// Every n-th function is cold and stands in front of the others, n being the argument; 0: all are in order.
void write_header(benchmark::State& state) {
  const uint64_t cold_every = static_cast<uint64_t>(state.range(0));
  std::vector<EhFrameHeaderEntry> entries;
  for (uint64_t i = 0; i < 300000; i++) {
    const bool is_cold = cold_every != 0 && i % cold_every == 0;
    entries.push_back({(is_cold ? 0x1000000 : 0x4000000) + i * 128, 0x800000 + i * 32});
  }
  std::vector<uint8_t> out(eh_frame_header_size(entries.size()));
  for (auto _ : state) benchmark::DoNotOptimize(write_eh_frame_header(entries, 0x700000, 0x800000, 8, out).ok());
}
BENCHMARK(write_header)->Arg(0)->Arg(10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace xld::bench
