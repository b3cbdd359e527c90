// Merging of identical strings and constants. See merge.h.
//
// Groups of inputs are cut and hashed in parallel. What they found is binned by hash into shards, and each shard goes
// through its pieces in input order with a table of its own, so that the first of equals becomes their leader without
// any lock. With one thread there is one shard. Leaders are then laid out group by group, in parallel again, because a
// group's output starts at a fixed alignment. Equality is always that of bytes; a hash only proposes.
#include "layout/merge.h"

#include <algorithm>
#include <bit>
#include <map>

#include "core/hash.h"

namespace xld {

namespace {

constexpr uint32_t kGroupSize = 256 << 10;  // input bytes; fits a second-level cache
constexpr size_t kPrefetchDistance = 8;

uint32_t shard_bits_for(uint32_t threads, size_t groups) {
  if (threads == 1 || groups < 4) return 0;
  return std::min<uint32_t>(static_cast<uint32_t>(std::bit_width(threads * 2 - 1)), 8);
}

uint32_t shard_of(uint32_t hash, uint32_t bits) {
  return static_cast<uint32_t>((uint64_t{hash} << bits) >> 32);
}

bool is_zero_entry(const uint8_t* p, uint32_t entry_size) {
  return std::all_of(p, p + entry_size, [](uint8_t byte) { return byte == 0; });
}

}  // namespace

struct MergedSection::Entry {
  uint32_t hash;
  uint32_t position;  // bytes from the start of the group's inputs
};

// The pieces a group found, sorted by shard and in input order within one.
struct MergedSection::Bins {
  Array<Entry> entries;
  std::vector<uint32_t> shard_begin;

  void fill(const std::vector<Entry>& found, uint32_t bits);
};

void MergedSection::Bins::fill(const std::vector<Entry>& found, uint32_t bits) {
  entries = Array<Entry>::uninitialized(found.size());
  shard_begin.assign((size_t{1} << bits) + 1, 0);
  if (bits == 0) {
    std::copy(found.begin(), found.end(), entries.begin());
    shard_begin[1] = static_cast<uint32_t>(found.size());
    return;
  }
  for (const Entry& entry : found) shard_begin[shard_of(entry.hash, bits)]++;
  prefix_sum(std::span(shard_begin));
  std::vector<uint32_t> next = shard_begin;
  for (const Entry& entry : found) entries[next[shard_of(entry.hash, bits)]++] = entry;
}

// A string that lives inside a longer one.
struct MergedSection::Suffix {
  uint32_t piece;
  uint32_t container;
  uint32_t distance;
};

// The distinct pieces of one shard, found by hash: open addressing, linear probing. A slot's place is the top bits of
// its hash, so that growing moves slots in order.
class MergedSection::Table {
 public:
  struct Unique {
    const uint8_t* data;
    uint32_t size;
    uint32_t piece;
  };

  explicit Table(uint32_t shard_bits) : shard_bits_(shard_bits), slots_(Array<Slot>::zeroed(size_t{1} << kFirstBits)) {}

  void prefetch(uint32_t hash) const { __builtin_prefetch(&slots_[place_of(hash)]); }

  // The first piece added with these bytes, which may be `piece` itself.
  uint32_t find_or_add(uint32_t hash, const uint8_t* data, uint32_t size, uint32_t piece) {
    size_t at = place_of(hash);
    ProbeLimit limit;
    for (; slots_[at].unique != 0; at = (at + 1) & (slots_.size() - 1)) {
      const bool is_equal_hash = slots_[at].hash == hash;
      if (is_equal_hash && is_equal(uniques_[slots_[at].unique - 1], data, size))
        return uniques_[slots_[at].unique - 1].piece;
      if (!limit.allows_step(is_equal_hash)) return find_or_add_crowded_out(data, size, piece);
    }
    if (!crowded_out_.empty()) {
      const auto found = crowded_out_.find(text_of(data, size));
      if (found != crowded_out_.end()) return found->second;
    }
    uniques_.push_back({data, size, piece});
    slots_[at] = {hash, static_cast<uint32_t>(uniques_.size())};
    if (uniques_.size() * 2 > slots_.size()) grow();
    return piece;
  }

  const std::vector<Unique>& uniques() const { return uniques_; }

 private:
  static constexpr uint32_t kFirstBits = 8;

  struct Slot {
    uint32_t hash;
    uint32_t unique;  // index + 1; 0: free
  };

  static std::string_view text_of(const uint8_t* data, uint32_t size) { return as_text(Bytes(data, size)); }
  static bool is_equal(const Unique& unique, const uint8_t* data, uint32_t size) {
    return unique.size == size && std::memcmp(unique.data, data, size) == 0;
  }

  uint32_t find_or_add_crowded_out(const uint8_t* data, uint32_t size, uint32_t piece) {
    const auto [found, is_new] = crowded_out_.try_emplace(text_of(data, size), piece);
    if (is_new) uniques_.push_back({data, size, piece});
    return found->second;
  }

  size_t place_of(uint32_t hash) const { return (hash << shard_bits_) >> shift_; }

  void grow() {
    if (shift_ == 0) throw std::bad_alloc();
    shift_ -= shift_ > 16 ? 2 : 1;  // small tables grow faster, large ones waste less
    const Array<Slot> old = std::exchange(slots_, Array<Slot>::zeroed(size_t{1} << (32 - shift_)));
    for (const Slot& slot : old) {
      if (slot.unique == 0) continue;
      ProbeLimit limit;
      size_t at = place_of(slot.hash);
      while (slots_[at].unique != 0 && limit.allows_step(false)) at = (at + 1) & (slots_.size() - 1);
      if (slots_[at].unique != 0) {
        const Unique& unique = uniques_[slot.unique - 1];
        crowded_out_.emplace(text_of(unique.data, unique.size), unique.piece);
      } else {
        slots_[at] = slot;
      }
    }
  }

  uint32_t shard_bits_;
  uint32_t shift_ = 32 - kFirstBits;
  Array<Slot> slots_;
  std::vector<Unique> uniques_;
  std::map<std::string_view, uint32_t> crowded_out_;  // pieces made to collide with many others; see ProbeLimit
};

bool MergedSection::can_split(Bytes content, Kind kind) {
  if (kind.entry_size == 0 || content.size() > UINT32_MAX || content.size() % kind.entry_size != 0) return false;
  if (!kind.is_string || content.empty()) return true;
  return is_zero_entry(content.data() + content.size() - kind.entry_size, kind.entry_size);
}

uint32_t MergedSection::add(Bytes content, uint64_t alignment) {
  const auto log2 = static_cast<uint8_t>(alignment <= 1 ? 0 : std::countr_zero(alignment));
  alignment_log2_ = std::max(alignment_log2_, log2);
  inputs_.push_back({content.data(), static_cast<uint32_t>(content.size()), 0, 0, log2});
  return static_cast<uint32_t>(inputs_.size() - 1);
}

bool MergedSection::build(ThreadPool& pool) {
  has_alignments_ = alignment_log2_ > std::countr_zero(kind_.entry_size);
  make_groups();
  if (word_count_ > UINT32_MAX) return false;
  if (kind_.is_string) {
    starts_ = Array<uint64_t>::zeroed(word_count_);
    ranks_ = Array<uint32_t>::uninitialized(word_count_);
  }
  const uint32_t bits = shard_bits_for(pool.thread_count(), groups_.size());
  const auto each_group = [&](auto&& fn) {
    parallel_for(pool, groups_.size(), 1, [&](size_t i, size_t, uint32_t worker) { fn(i, worker); });
  };

  // What is there? After this, every piece has a number that grows in input order.
  std::vector<Bins> bins(groups_.size());
  std::vector<std::vector<Entry>> found(pool.thread_count());
  each_group([&](size_t i, uint32_t worker) {
    found[worker].clear();
    split(groups_[i], found[worker]);
    bins[i].fill(found[worker], bits);
  });
  if (!number_pieces()) return false;

  // Which are equal? After this, every piece names its leader.
  std::vector<Table> tables;
  tables.reserve(size_t{1} << bits);
  for (uint32_t shard = 0; shard < uint32_t{1} << bits; shard++) tables.emplace_back(bits);
  parallel_for(pool, tables.size(), 1,
               [&](size_t i, size_t) { find_leaders(bins, static_cast<uint32_t>(i), tables[i]); });
  bins.clear();
  std::vector<Suffix> suffixes;
  if (kind_.merges_suffixes && kind_.is_string) suffixes = find_suffixes(tables);
  tables.clear();

  // Where do they go? After this, pieces_ has output offsets.
  each_group([&](size_t i, uint32_t) { measure(groups_[i]); });
  if (!place_groups()) return false;
  each_group([&](size_t i, uint32_t) { place_leaders(groups_[i]); });
  for (const Suffix& suffix : suffixes) {
    pieces_[suffix.piece] = pieces_[suffix.container] + suffix.distance;
    set_leader(suffix.piece, true);  // for its followers only
  }
  each_group([&](size_t i, uint32_t) { place_followers(groups_[i]); });
  for (const Suffix& suffix : suffixes) set_leader(suffix.piece, false);
  return true;
}

void MergedSection::make_groups() {
  for (uint32_t i = 0; i < inputs_.size(); i++) {
    Input& input = inputs_[i];
    if (groups_.empty() || uint64_t{groups_.back().input_size} + input.size > kGroupSize) groups_.push_back({i, i});
    groups_.back().end_input = i + 1;
    groups_.back().input_size += input.size;
    input.first_word = static_cast<uint32_t>(word_count_);
    if (kind_.is_string) word_count_ += (uint64_t{input.size / kind_.entry_size} + 63) / 64;
  }
}

void MergedSection::split(Group& group, std::vector<Entry>& entries) {
  uint32_t base = 0;
  for (uint32_t i = group.first_input; i < group.end_input; i++) {
    Input& input = inputs_[i];
    input.first_piece = static_cast<uint32_t>(entries.size());
    if (kind_.is_string) {
      split_strings(input, base, entries);
    } else {
      split_constants(input, base, entries);
    }
    base += input.size;
  }
  group.piece_count = static_cast<uint32_t>(entries.size());
}

void MergedSection::split_constants(const Input& input, uint32_t base, std::vector<Entry>& entries) const {
  for (uint32_t offset = 0; offset < input.size; offset += kind_.entry_size) {
    const uint64_t hash = hash_bytes({input.data + offset, kind_.entry_size});
    entries.push_back({static_cast<uint32_t>(hash), base + offset});
  }
}

void MergedSection::split_strings(Input& input, uint32_t base, std::vector<Entry>& entries) {
  const uint32_t entry_size = kind_.entry_size;
  uint64_t* const starts = starts_.data() + input.first_word;
  for (uint32_t offset = 0; offset < input.size;) {
    const uint8_t* const begin = input.data + offset;
    uint32_t size = 0;
    uint64_t hash = 0;
    if (entry_size == 1) {
      const HashedName hashed = hash_c_string(begin, input.data + input.size);
      size = static_cast<uint32_t>(hashed.name.size()) + 1;
      hash = hashed.hash;
    } else {
      while (!is_zero_entry(begin + size, entry_size)) size += entry_size;
      hash = hash_bytes({begin, size});
      size += entry_size;
    }
    const uint32_t entry = offset / entry_size;
    starts[entry / 64] |= uint64_t{1} << (entry % 64);
    entries.push_back({static_cast<uint32_t>(hash), base + offset});
    offset += size;
  }
  uint32_t rank = 0;
  for (size_t word = 0; word < (uint64_t{input.size / entry_size} + 63) / 64; word++) {
    ranks_[input.first_word + word] = rank;
    rank += static_cast<uint32_t>(std::popcount(starts[word]));
  }
}

// Groups start at multiples of 64, so that none shares a word of leaders_ with another.
bool MergedSection::number_pieces() {
  uint64_t count = 0;
  for (Group& group : groups_) {
    group.first_piece = count;
    count = align_up(count + group.piece_count, 64);
    if (count > UINT32_MAX) return false;
    for (uint32_t i = group.first_input; i < group.end_input; i++) {
      inputs_[i].first_piece += static_cast<uint32_t>(group.first_piece);
    }
  }
  pieces_ = Array<uint32_t>::uninitialized(count);
  leaders_ = Array<uint64_t>::zeroed(count / 64);
  if (has_alignments_) alignments_ = Array<uint8_t>::zeroed(count);
  return true;
}

void MergedSection::find_leaders(const std::vector<Bins>& bins, uint32_t shard, Table& table) {
  for (size_t g = 0; g < groups_.size(); g++) {
    const uint32_t end = bins[g].shard_begin[shard + 1];
    const Entry* const entries = bins[g].entries.data();
    const Input* input = &inputs_[groups_[g].first_input];
    uint32_t base = 0;  // of the input in its group
    for (uint32_t i = bins[g].shard_begin[shard]; i < end; i++) {
      if (i + kPrefetchDistance < end) table.prefetch(entries[i + kPrefetchDistance].hash);
      while (entries[i].position - base >= input->size) base += input++->size;
      const uint32_t offset = entries[i].position - base;
      const uint32_t piece = piece_at(*input, offset);
      const uint32_t size = piece_end(*input, offset) - offset;
      const uint32_t leader = table.find_or_add(entries[i].hash, input->data + offset, size, piece);
      pieces_[piece] = leader;
      if (has_alignments_) alignments_[leader] = std::max(alignments_[leader], required_alignment(*input, offset));
    }
  }
}

// A piece is as aligned in the output as it was known to be in its input.
uint8_t MergedSection::required_alignment(const Input& input, uint32_t offset) const {
  return static_cast<uint8_t>(std::min<int>(input.alignment_log2, std::countr_zero(offset)));
}

// Sorted by their reversed bytes, a string stands directly behind those it is a suffix of.
std::vector<MergedSection::Suffix> MergedSection::find_suffixes(const std::vector<Table>& tables) {
  std::vector<Table::Unique> strings;
  for (const Table& table : tables) strings.insert(strings.end(), table.uniques().begin(), table.uniques().end());
  std::sort(strings.begin(), strings.end(), [](const Table::Unique& a, const Table::Unique& b) {
    const uint32_t common = std::min(a.size, b.size);
    const auto reversed = [](const uint8_t* end) { return std::make_reverse_iterator(end); };
    const auto [in_a, in_b] =
        std::mismatch(reversed(a.data + a.size), reversed(a.data + a.size - common), reversed(b.data + b.size));
    if (in_a == reversed(a.data + a.size - common)) return a.size > b.size;
    return *in_a > *in_b;
  });

  std::vector<Suffix> suffixes;
  const Table::Unique* container = nullptr;
  for (const Table::Unique& string : strings) {
    const uint32_t distance = container ? container->size - string.size : 0;
    const bool is_suffix = container && container->size > string.size &&
                           std::memcmp(container->data + distance, string.data, string.size) == 0;
    const uint8_t needed = has_alignments_ ? alignments_[string.piece] : 0;
    if (is_suffix &&
        (needed == 0 || (std::countr_zero(distance) >= needed && alignments_[container->piece] >= needed))) {
      suffixes.push_back({string.piece, container->piece, distance});
      pieces_[string.piece] = container->piece;
    } else {
      container = &string;
    }
  }
  return suffixes;
}

// Calls fn(piece, offset, size) for the pieces of an input in order.
template <class Fn>
void MergedSection::for_each_piece(const Input& input, Fn fn) const {
  uint32_t piece = input.first_piece;
  if (!kind_.is_string) {
    for (uint32_t offset = 0; offset < input.size; offset += kind_.entry_size) fn(piece++, offset, kind_.entry_size);
    return;
  }
  if (input.size == 0) return;
  const uint32_t words = (input.size / kind_.entry_size + 63) / 64;
  uint32_t previous = 0;
  for (uint32_t word = 0; word < words; word++) {
    for (uint64_t bits = starts_[input.first_word + word]; bits != 0; bits &= bits - 1) {
      const uint32_t start = (word * 64 + static_cast<uint32_t>(std::countr_zero(bits))) * kind_.entry_size;
      if (start != 0) fn(piece++, previous, start - previous);
      previous = start;
    }
  }
  fn(piece, previous, input.size - previous);
}

void MergedSection::set_leader(uint64_t piece, bool on) {
  const uint64_t bit = uint64_t{1} << (piece % 64);
  leaders_[piece / 64] = on ? leaders_[piece / 64] | bit : leaders_[piece / 64] & ~bit;
}

// Marks the leaders and lays them out from 0: pieces_ of a leader becomes its offset in the group.
void MergedSection::measure(Group& group) {
  uint64_t end = 0;
  for (uint32_t i = group.first_input; i < group.end_input; i++) {
    for_each_piece(inputs_[i], [&](uint32_t piece, uint32_t, uint32_t size) {
      if (pieces_[piece] != piece) return;
      set_leader(piece, true);
      if (has_alignments_) end = align_up(end, uint64_t{1} << alignments_[piece]);
      pieces_[piece] = static_cast<uint32_t>(end);
      end += size;
    });
  }
  group.output_size = end;
}

bool MergedSection::place_groups() {
  size_ = 0;
  for (Group& group : groups_) {
    group.output_begin = has_alignments_ ? align_up(size_, alignment()) : size_;
    size_ = group.output_begin + group.output_size;
  }
  return size_ <= UINT32_MAX;
}

void MergedSection::place_leaders(const Group& group) {
  for (uint64_t piece = group.first_piece; piece < group.first_piece + group.piece_count; piece++) {
    if (is_leader(piece)) pieces_[piece] += static_cast<uint32_t>(group.output_begin);
  }
}

void MergedSection::place_followers(const Group& group) {
  for (uint64_t piece = group.first_piece; piece < group.first_piece + group.piece_count; piece++) {
    if (!is_leader(piece)) pieces_[piece] = pieces_[pieces_[piece]];
  }
}

uint32_t MergedSection::piece_at(const Input& input, uint32_t offset) const {
  const uint32_t entry = offset / kind_.entry_size;
  if (!kind_.is_string) return input.first_piece + entry;
  const uint32_t word = input.first_word + entry / 64;
  const uint64_t up_to_here = starts_[word] & (UINT64_MAX >> (63 - entry % 64));
  return input.first_piece + ranks_[word] + static_cast<uint32_t>(std::popcount(up_to_here)) - 1;
}

// The end of the piece that starts at `offset`.
uint32_t MergedSection::piece_end(const Input& input, uint32_t offset) const {
  if (!kind_.is_string) return offset + kind_.entry_size;
  const uint32_t entries = input.size / kind_.entry_size;
  uint32_t entry = offset / kind_.entry_size + 1;
  while (entry < entries) {
    const uint64_t bits = starts_[input.first_word + entry / 64] >> (entry % 64);
    if (bits != 0) return (entry + static_cast<uint32_t>(std::countr_zero(bits))) * kind_.entry_size;
    entry = (entry / 64 + 1) * 64;
  }
  return input.size;
}

// The start of `piece`, to which `offset` belongs. A piece may be long: the word it starts in is the last whose count
// does not include it, and counts are sorted.
uint32_t MergedSection::start_of(const Input& input, uint32_t piece, uint32_t offset) const {
  const uint32_t entry = offset / kind_.entry_size;
  if (!kind_.is_string) return entry * kind_.entry_size;
  const uint32_t rank = piece - input.first_piece;
  uint32_t word = entry / 64;
  uint64_t bits = starts_[input.first_word + word] & (UINT64_MAX >> (63 - entry % 64));
  if (bits == 0) {
    const uint32_t* const ranks = ranks_.data() + input.first_word;
    word = static_cast<uint32_t>(std::upper_bound(ranks, ranks + word, rank) - ranks) - 1;
    bits = starts_[input.first_word + word];
  }
  return (word * 64 + 63 - static_cast<uint32_t>(std::countl_zero(bits))) * kind_.entry_size;
}

uint64_t MergedSection::output_offset(uint32_t index, uint64_t offset) const {
  const Input& input = inputs_[index];
  if (input.size == 0) return 0;
  const auto inside = static_cast<uint32_t>(std::min<uint64_t>(offset, input.size - 1));
  const uint32_t piece = piece_at(input, inside);
  return pieces_[piece] + (offset - start_of(input, piece, inside));
}

// Neighbours in the input that are neighbours in the output are copied at once.
void MergedSection::write_part(size_t part, MutableBytes out) const {
  if (out.empty()) return;
  const Group& group = groups_[part];
  uint64_t written = 0;
  for (uint32_t i = group.first_input; i < group.end_input; i++) {
    const Input& input = inputs_[i];
    uint32_t run_begin = 0;
    uint32_t run_end = 0;
    const auto copy_run = [&] {
      if (run_end != run_begin) std::memcpy(out.data() + written, input.data + run_begin, run_end - run_begin);
      written += run_end - run_begin;
    };
    for_each_piece(input, [&](uint32_t piece, uint32_t offset, uint32_t size) {
      if (!is_leader(piece)) return;
      const uint64_t target = pieces_[piece] - group.output_begin;
      if (offset != run_end || target != written + (run_end - run_begin)) {
        copy_run();
        std::memset(out.data() + written, 0, target - written);
        written = target;
        run_begin = offset;
      }
      run_end = offset + size;
    });
    copy_run();
  }
  std::memset(out.data() + written, 0, out.size() - written);
}

void MergedSection::write(ThreadPool& pool, MutableBytes out) const {
  parallel_for(pool, groups_.size(), 1, [&](size_t part, size_t) {
    write_part(part, out.subspan(part_begin(part), part_end(part) - part_begin(part)));
  });
}

}  // namespace xld
