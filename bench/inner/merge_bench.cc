// Merging all debug strings, or all read-only strings, of the inputs; at 1 and 2 threads, and with suffixes.
#include <benchmark/benchmark.h>
#include <elf.h>

#include "bench/inner/real_input.h"
#include "layout/merge.h"

namespace xld::bench {
namespace {

void merge(benchmark::State& state, std::string_view prefix, bool merges_suffixes) {
  const MergedSection::Kind kind{1, true, merges_suffixes};
  std::vector<RealSection> inputs;
  uint64_t input_size = 0;
  for (const RealSection& s : real_sections()) {
    const bool is_wanted = s.name.starts_with(prefix) && (s.flags & SHF_STRINGS) && s.entry_size == 1;
    if (!is_wanted || !MergedSection::can_split(s.content, kind)) continue;
    inputs.push_back(s);
    input_size += s.content.size();
  }
  uint64_t output_size = 0;
  for (auto _ : state) {
    ThreadPool pool(static_cast<uint32_t>(state.range(0)));
    MergedSection section(kind);
    for (const RealSection& s : inputs) section.add(s.content, s.alignment);
    if (!section.build(pool)) state.SkipWithError("too large");
    const auto out = Array<uint8_t>::uninitialized(section.size());
    section.write(pool, out);
    output_size = section.size();
  }
  state.counters["input_MB"] = static_cast<double>(input_size) / 1e6;
  state.counters["output_MB"] = static_cast<double>(output_size) / 1e6;
  state.SetBytesProcessed(static_cast<int64_t>(input_size) * static_cast<int64_t>(state.iterations()));
}

void debug_strings(benchmark::State& state) {
  merge(state, ".debug_str", false);
}
BENCHMARK(debug_strings)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

void debug_strings_with_suffixes(benchmark::State& state) {
  merge(state, ".debug_str", true);
}
BENCHMARK(debug_strings_with_suffixes)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

void read_only_strings(benchmark::State& state) {
  merge(state, ".rodata", false);
}
BENCHMARK(read_only_strings)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

// Asking for the place of a byte, as every relocation into the section does.
void output_offset(benchmark::State& state) {
  ThreadPool pool(1);
  MergedSection section({1, true, false});
  std::vector<std::pair<uint32_t, uint32_t>> places;
  for (const RealSection& s : real_sections()) {
    if (s.name != ".debug_str" || !MergedSection::can_split(s.content, {1, true, false})) continue;
    const uint32_t input = section.add(s.content, s.alignment);
    uint64_t random = input;
    for (size_t i = 0; i < s.content.size() / 16; i++) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      places.emplace_back(input, static_cast<uint32_t>((random >> 33) % s.content.size()));
    }
  }
  if (!section.build(pool)) return;
  for (auto _ : state) {
    for (const auto& [input, offset] : places) benchmark::DoNotOptimize(section.output_offset(input, offset));
  }
  state.SetItemsProcessed(static_cast<int64_t>(places.size()) * static_cast<int64_t>(state.iterations()));
}
BENCHMARK(output_offset)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace xld::bench
