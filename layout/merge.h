// MergedSection: one output section in which identical strings or constants exist once.
//
// Input sections are cut into pieces: entries of a fixed size, or strings that end with a zero entry. Of equal pieces
// the first in input order stays, the survivors keep that order, and each lies as aligned as the strictest of its
// equals was. Suffix merging lets a string live at the end of a longer one. The result is the same at any thread count.
//
// Ownership: the contents belong to the caller and stay mapped as long as this lives. Threads: add() and build() by one
// thread, which may lend a pool; afterwards everything is const and free for all.
//
// Memory after build(): 4 bytes per piece and, for strings, 3 bits per entry: a bit that marks starts of pieces, and a
// running count for every 64 of them, which turn an offset into a piece number without a search.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/parallel.h"

namespace xld {

class MergedSection {
 public:
  struct Kind {
    uint32_t entry_size = 1;
    bool is_string = false;
    bool merges_suffixes = false;  // strings only
  };

  explicit MergedSection(Kind kind) : kind_(kind) {}

  // False: the content does not consist of whole entries, its last string has no end, or it has 4 GiB or more. Such a
  // section has to stay an ordinary one.
  static bool can_split(Bytes content, Kind kind);

  // Takes a content that can_split; returns the number of this input. `alignment` is a power of two below 4 GiB.
  uint32_t add(Bytes content, uint64_t alignment);

  // False: more than 4 GiB would remain, or more than 2^32 pieces came in.
  [[nodiscard]] bool build(ThreadPool& pool);

  uint64_t size() const { return size_; }
  uint64_t alignment() const { return uint64_t{1} << alignment_log2_; }

  // Where the byte at `offset` of an input went. Offsets inside a piece keep their distance to its start; those behind
  // the last piece their distance to the start of that.
  uint64_t output_offset(uint32_t input, uint64_t offset) const;

  // The output consists of parts that can be written in any order and by any thread.
  size_t part_count() const { return groups_.size(); }
  uint64_t part_begin(size_t part) const { return groups_[part].output_begin; }
  uint64_t part_end(size_t part) const { return part + 1 < groups_.size() ? groups_[part + 1].output_begin : size_; }
  void write_part(size_t part, MutableBytes out) const;  // `out` is of the part's size
  void write(ThreadPool& pool, MutableBytes out) const;

 private:
  struct Input {
    const uint8_t* data;
    uint32_t size;
    uint32_t first_piece;  // counted from the first of its group until numbering
    uint32_t first_word;   // of its bits in starts_
    uint8_t alignment_log2;
  };

  // Neighbouring inputs whose pieces are cut, laid out and written by one thread at a time.
  struct Group {
    uint32_t first_input;
    uint32_t end_input;
    uint32_t input_size = 0;
    uint32_t piece_count = 0;
    uint64_t first_piece = 0;
    uint64_t output_begin = 0;
    uint64_t output_size = 0;
  };

  struct Entry;
  struct Suffix;
  struct Bins;
  class Table;

  void make_groups();
  void split(Group& group, std::vector<Entry>& entries);
  void split_constants(const Input& input, uint32_t base, std::vector<Entry>& entries) const;
  void split_strings(Input& input, uint32_t base, std::vector<Entry>& entries);
  bool number_pieces();
  void find_leaders(const std::vector<Bins>& bins, uint32_t shard, Table& table);
  std::vector<Suffix> find_suffixes(const std::vector<Table>& tables);
  void measure(Group& group);
  bool place_groups();
  void place_leaders(const Group& group);
  void place_followers(const Group& group);

  uint32_t piece_at(const Input& input, uint32_t offset) const;
  uint32_t piece_end(const Input& input, uint32_t offset) const;
  uint32_t start_of(const Input& input, uint32_t piece, uint32_t offset) const;
  uint8_t required_alignment(const Input& input, uint32_t offset) const;
  template <class Fn>
  void for_each_piece(const Input& input, Fn fn) const;

  bool is_leader(uint64_t piece) const { return (leaders_[piece / 64] >> (piece % 64)) & 1; }
  void set_leader(uint64_t piece, bool on);

  Kind kind_;
  uint8_t alignment_log2_ = 0;
  bool has_alignments_ = false;  // some piece may need more alignment than its entry size gives it
  uint64_t size_ = 0;
  uint64_t word_count_ = 0;
  std::vector<Input> inputs_;
  std::vector<Group> groups_;
  Array<uint64_t> starts_;     // strings: a bit per entry that starts a piece; each input begins a word
  Array<uint32_t> ranks_;      // strings: pieces of the input before this word
  Array<uint32_t> pieces_;     // first its leader, the first of its equals; at last its output offset
  Array<uint64_t> leaders_;    // a bit per piece
  Array<uint8_t> alignments_;  // log2 per leader, if has_alignments_
};

}  // namespace xld
