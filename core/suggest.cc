// Edit distance within a band, with cheap refusals first. See suggest.h.
#include "core/suggest.h"

#include <algorithm>
#include <bit>

namespace xld {
namespace {

// Beyond this many edits a suggestion would be a guess.
constexpr size_t kMaximumEdits = 3;

uint64_t letters_of(std::string_view text) {
  uint64_t letters = 0;
  for (const char c : text) letters |= uint64_t{1} << (static_cast<unsigned char>(c) & 63);
  return letters;
}

// An edit can add or remove at most one distinct letter, so this many edits are needed at least.
size_t letters_apart(uint64_t a, uint64_t b) {
  return static_cast<size_t>(std::max(std::popcount(a & ~b), std::popcount(b & ~a)));
}

void strip_common_ends(std::string_view& a, std::string_view& b) {
  const auto prefix = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
  a.remove_prefix(static_cast<size_t>(prefix));
  b.remove_prefix(static_cast<size_t>(prefix));
  const auto suffix = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin();
  a.remove_suffix(static_cast<size_t>(suffix));
  b.remove_suffix(static_cast<size_t>(suffix));
}

}  // namespace

size_t bounded_edit_distance(std::string_view a, std::string_view b, size_t limit, std::vector<uint32_t>& rows) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  strip_common_ends(a, b);
  if (a.empty()) return b.size();

  // row[j] is the distance of the first i characters of b to the first j of a. Cells further than `limit` from the
  // diagonal cannot be part of a short path; they hold `far`: on the right from the start, as the band only moves
  // right.
  const size_t width = a.size() + 1;
  const auto far = static_cast<uint32_t>(limit + 1);
  rows.assign(3 * width, far);
  uint32_t* before = rows.data();
  uint32_t* above = before + width;
  uint32_t* row = above + width;
  for (size_t j = 0; j <= std::min(a.size(), limit); j++) above[j] = static_cast<uint32_t>(j);

  uint32_t smallest_above = 0;
  for (size_t i = 1; i <= b.size(); i++) {
    const size_t first = i > limit ? i - limit : 1;
    const size_t last = std::min(a.size(), i + limit);
    row[first - 1] = first == 1 ? static_cast<uint32_t>(std::min(i, limit + 1)) : far;
    uint32_t smallest = row[first - 1];
    for (size_t j = first; j <= last; j++) {
      uint32_t best = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[j - 1] != b[i - 1])});
      if (i > 1 && j > 1 && a[j - 1] == b[i - 2] && a[j - 2] == b[i - 1]) best = std::min(best, before[j - 2] + 1);
      row[j] = std::min(best, far);
      smallest = std::min(smallest, row[j]);
    }
    // A swap reaches over one row, hence two have to be hopeless.
    if (smallest >= far && smallest_above >= far) return far;
    smallest_above = smallest;
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[a.size()];
}

Suggestion::Suggestion(std::string_view wanted)
    : wanted_(wanted),
      letters_(letters_of(wanted)),
      limit_(wanted.size() < 3 ? 0 : std::min(kMaximumEdits, (wanted.size() + 1) / 3)) {}

void Suggestion::consider(std::string_view candidate) {
  const size_t longer = std::max(candidate.size(), wanted_.size());
  if (longer - std::min(candidate.size(), wanted_.size()) > limit_) return;
  if (letters_apart(letters_, letters_of(candidate)) > limit_) return;
  const size_t distance = bounded_edit_distance(wanted_, candidate, limit_, rows_);
  if (distance > limit_ || distance == 0) return;
  if (best_ && distance == distance_ && *best_ <= candidate) return;
  best_ = candidate;
  distance_ = distance;
  limit_ = distance;
}

std::optional<std::string_view> Suggestion::best() const {
  return best_;
}

}  // namespace xld
