// See android_relocs.h.
#include "formats/elf/android_relocs.h"

#include <algorithm>

#include "core/leb128.h"

namespace xld::elf {

namespace {

// Flags of a group: what its head says for all members.
constexpr int64_t kSameInfo = 1, kSameOffsetDelta = 2, kSameAddend = 4, kHasAddend = 8;

constexpr size_t kShortestRun = 4;  // a head takes some bytes: fewer members are cheaper without one of their own

class Packer {
 public:
  explicit Packer(std::span<const AndroidReloc> relocs) : relocs_(relocs) {}

  std::vector<uint8_t> pack() {
    for (const char letter : {'A', 'P', 'S', '2'}) bytes_.push_back(static_cast<uint8_t>(letter));
    put(static_cast<int64_t>(relocs_.size()));
    put(0);  // the offset that the first delta is added to
    size_t loose = 0;
    for (size_t i = 0, alike = 0; i < relocs_.size();) {
      // Asked once for all that are alike: most outputs have one long run of relative relocations.
      if (alike <= i) alike = alike_end(i);
      const size_t steady = steady_end(i);
      if (steady - i < kShortestRun && alike - i < kShortestRun) {
        i = std::max(steady, alike);
        continue;
      }
      write_group(loose, i, 0);
      const bool is_steady = steady - i >= kShortestRun;
      // Those of one kind up to where some begin to stand at one distance.
      const size_t end = is_steady ? steady : unsteady_end(i, alike);
      write_group(i, end, is_steady ? kSameInfo | kSameOffsetDelta : kSameInfo);
      loose = i = end;
    }
    write_group(loose, relocs_.size(), 0);
    return std::move(bytes_);
  }

 private:
  uint64_t delta(size_t i) const { return relocs_[i].offset - (i == 0 ? 0 : relocs_[i - 1].offset); }

  // The end of those of one kind that begin at `i`.
  size_t alike_end(size_t i) const {
    const uint64_t info = relocs_[i].info;
    while (i < relocs_.size() && relocs_[i].info == info) i++;
    return i;
  }

  // The same, as far as each is as far from the one before.
  size_t steady_end(size_t i) const {
    const uint64_t info = relocs_[i].info, distance = delta(i);
    while (i < relocs_.size() && relocs_[i].info == info && delta(i) == distance) i++;
    return i;
  }

  size_t unsteady_end(size_t i, size_t end) const {
    for (; i < end; i++) {
      const size_t steady = steady_end(i);
      if (steady - i >= kShortestRun) return i;
      i = steady - 1;
    }
    return end;
  }

  int64_t addend_flags(std::span<const AndroidReloc> group) const {
    const int64_t first = group.front().addend;
    const bool is_same = std::ranges::all_of(group, [&](const AndroidReloc& reloc) { return reloc.addend == first; });
    if (!is_same) return kHasAddend;
    return first == 0 ? 0 : kHasAddend | kSameAddend;
  }

  void write_group(size_t begin, size_t end, int64_t flags) {
    if (begin == end) return;
    const auto group = relocs_.subspan(begin, end - begin);
    flags |= addend_flags(group);
    put(static_cast<int64_t>(group.size()));
    put(flags);
    if (flags & kSameOffsetDelta) put(static_cast<int64_t>(delta(begin)));
    if (flags & kSameInfo) put(static_cast<int64_t>(group.front().info));
    if (flags & kSameAddend) put_addend(group.front().addend);
    if (!(flags & kHasAddend)) addend_ = 0;
    for (size_t i = begin; i < end; i++) {
      if (!(flags & kSameOffsetDelta)) put(static_cast<int64_t>(delta(i)));
      if (!(flags & kSameInfo)) put(static_cast<int64_t>(relocs_[i].info));
      if ((flags & (kHasAddend | kSameAddend)) == kHasAddend) put_addend(relocs_[i].addend);
    }
  }

  void put_addend(int64_t addend) {
    put(static_cast<int64_t>(static_cast<uint64_t>(addend) - static_cast<uint64_t>(addend_)));
    addend_ = addend;
  }

  void put(int64_t value) { append_sleb(bytes_, value); }

  std::span<const AndroidReloc> relocs_;
  std::vector<uint8_t> bytes_;
  int64_t addend_ = 0;  // that of the one before
};

}  // namespace

std::vector<uint8_t> pack_android_relocs(std::span<const AndroidReloc> relocs) {
  return Packer(relocs).pack();
}

}  // namespace xld::elf
