// See call_order.h. A function is appended to the chain of its most frequent caller, the densest functions first; then
// chains are sorted by density, calls a byte.
#include "layout/call_order.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace xld {

namespace {

constexpr uint64_t kRareCaller = 10;    // a caller that makes no more than one call in ten does not count
constexpr double kMostDensityLost = 8;  // a chain may become that many times less dense
constexpr uint32_t kNobody = UINT32_MAX;

struct Chain {
  std::vector<uint32_t> functions;
  uint64_t size = 0, weight = 0;

  double density() const { return size == 0 ? 0 : static_cast<double>(weight) / static_cast<double>(size); }
};

class ChainBuilder {
 public:
  ChainBuilder(std::span<const uint64_t> sizes, std::span<const CallEdge> edges)
      : chains_(sizes.size()), chain_of_(sizes.size()), best_caller_(sizes.size(), kNobody), best_(sizes.size()) {
    std::iota(chain_of_.begin(), chain_of_.end(), 0u);
    for (uint32_t i = 0; i < sizes.size(); i++) {
      chains_[i].functions = {i};
      chains_[i].size = sizes[i];
    }
    for (const CallEdge& edge : edges) count(edge);
    for (const Chain& chain : chains_) calls_.push_back(chain.weight);
  }

  std::vector<uint32_t> order(uint64_t largest_chain) {
    for (const uint32_t function : by_density()) append_to_caller(function, largest_chain);
    std::vector<uint32_t> functions;
    for (const uint32_t chain : by_density())
      functions.insert(functions.end(), chains_[chain].functions.begin(), chains_[chain].functions.end());
    return functions;
  }

 private:
  void count(const CallEdge& edge) {
    chains_[edge.to].weight = add_saturated(chains_[edge.to].weight, edge.weight);
    if (edge.from == edge.to || (best_caller_[edge.to] != kNobody && best_[edge.to] >= edge.weight)) return;
    best_caller_[edge.to] = edge.from;
    best_[edge.to] = edge.weight;
  }

  std::vector<uint32_t> by_density() const {
    std::vector<uint32_t> order(chains_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(),
                     [&](uint32_t a, uint32_t b) { return chains_[a].density() > chains_[b].density(); });
    return order;
  }

  // Nothing has been appended to anything before it but to it: a function's chain begins with it.
  void append_to_caller(uint32_t function, uint64_t largest_chain) {
    Chain& own = chains_[function];
    if (best_caller_[function] == kNobody || best_[function] <= calls_[function] / kRareCaller) return;
    const uint32_t leader = leader_of(best_caller_[function]);
    Chain& chain = chains_[leader];
    if (leader == function || chain.size + own.size > largest_chain) return;
    const uint64_t weight = add_saturated(chain.weight, own.weight);
    const double density = static_cast<double>(weight) / static_cast<double>(chain.size + own.size);
    if (density < chain.density() / kMostDensityLost) return;
    chain.functions.insert(chain.functions.end(), own.functions.begin(), own.functions.end());
    chain.size += own.size;
    chain.weight = weight;
    own = Chain();
    chain_of_[function] = leader;
  }

  uint32_t leader_of(uint32_t function) {
    while (chain_of_[function] != function) function = chain_of_[function] = chain_of_[chain_of_[function]];
    return function;
  }

  std::vector<Chain> chains_;  // by their first function; empty: appended to another
  std::vector<uint32_t> chain_of_;
  std::vector<uint32_t> best_caller_;
  std::vector<uint64_t> best_;   // its calls
  std::vector<uint64_t> calls_;  // of each function, by all
};

}  // namespace

std::vector<uint32_t> order_by_calls(std::span<const uint64_t> sizes, std::span<const CallEdge> edges,
                                     uint64_t largest_chain) {
  return ChainBuilder(sizes, edges).order(largest_chain);
}

}  // namespace xld
