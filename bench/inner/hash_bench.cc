// Hashing the names of all string tables: one fused pass against strlen and a library hash.
#include <benchmark/benchmark.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "bench/inner/real_input.h"
#include "core/hash.h"

namespace xld::bench {
namespace {

// Calls fn(begin, end of table) for every name of every symbol string table; fn returns the name's length.
template <class Fn>
void for_each_name(benchmark::State& state, Fn fn) {
  real_sections();  // reading them is not what is measured
  uint64_t names = 0;
  uint64_t bytes = 0;
  for (auto _ : state) {
    for (const RealSection& section : real_sections()) {
      if (section.name != ".strtab") continue;
      const uint8_t* const end = section.content.data() + section.content.size();
      for (const uint8_t* p = section.content.data(); p < end; names++) p += fn(p, end) + 1;
      bytes += section.content.size();
    }
  }
  state.counters["time_per_name"] =
      benchmark::Counter(static_cast<double>(names), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["average_length"] = names == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(names) - 1;
}

void fused(benchmark::State& state) {
  for_each_name(state, [](const uint8_t* p, const uint8_t* end) {
    const HashedName hashed = hash_c_string(p, end);
    benchmark::DoNotOptimize(hashed.hash);
    return hashed.name.size();
  });
}
BENCHMARK(fused);

void strlen_then_own(benchmark::State& state) {
  for_each_name(state, [](const uint8_t* p, const uint8_t*) {
    const std::string_view name(reinterpret_cast<const char*>(p));
    benchmark::DoNotOptimize(hash_name(name));
    return name.size();
  });
}
BENCHMARK(strlen_then_own);

void strlen_then_xxh3(benchmark::State& state) {
  for_each_name(state, [](const uint8_t* p, const uint8_t*) {
    const size_t size = std::strlen(reinterpret_cast<const char*>(p));
    benchmark::DoNotOptimize(XXH3_64bits(p, size));
    return size;
  });
}
BENCHMARK(strlen_then_xxh3);

}  // namespace
}  // namespace xld::bench
