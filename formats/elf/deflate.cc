// See deflate.h. Section numbers are those of RFC 1951.
//
// Greedy matching over a table of the last two places where four bytes with the same hash were seen, then one Huffman
// code per block of tokens. What is slow in zlib and not here: hash chains, one byte at a time into the window, and
// output in pieces of 16 bits.
#include "formats/elf/deflate.h"

#include <algorithm>
#include <array>
#include <bit>

namespace xld::elf {

namespace {

constexpr uint32_t kWindow = 32768;
constexpr uint32_t kMinMatch = 4;  // three bytes are not worth a distance
constexpr uint32_t kMaxMatch = 258;
constexpr size_t kBlockTokens = 16384;
constexpr size_t kMaxStored = 65535;  // bytes in a stored block

constexpr unsigned kEndOfBlock = 256;
constexpr size_t kLiteralSymbols = 286, kDistanceSymbols = 30, kLengthSymbols = 19;
constexpr unsigned kMaxCodeBits = 15, kMaxLengthCodeBits = 7;

// A number in a stream: a symbol's code with its extra bits above it.
struct BitField {
  uint32_t bits = 0;
  uint8_t count = 0;
};

// A symbol and the bits that follow its code (3.2.5).
struct Symbol {
  uint32_t number = 0;
  BitField extra;
};

constexpr Symbol length_symbol(uint32_t length) {
  const uint32_t value = length - 3;
  if (length == kMaxMatch) return {285, {}};
  if (value < 8) return {257 + value, {}};
  const auto extra = static_cast<uint8_t>(std::bit_width(value) - 3);
  return {257 + 4U * extra + (value >> extra), {value & ((1U << extra) - 1), extra}};
}

constexpr Symbol distance_symbol(uint32_t distance) {
  const uint32_t value = distance - 1;
  if (value < 4) return {value, {}};
  const auto extra = static_cast<uint8_t>(std::bit_width(value) - 2);
  return {2U * extra + (value >> extra), {value & ((1U << extra) - 1), extra}};
}

// A byte with distance 0, or kFirstMatch + the length of a match. Both kinds go through the same tables, without a
// branch that nobody could predict.
struct Token {
  uint16_t value;
  uint16_t distance;
};

constexpr size_t kFirstMatch = 256, kTokenValues = kFirstMatch + kMaxMatch + 1;
constexpr uint8_t kNoDistance = kDistanceSymbols;

// By distance up to 256, and above by 128ths: there no symbol begins between two of them.
constexpr auto kDistanceTable = [] {
  std::array<uint8_t, 512> symbols = {kNoDistance};
  for (uint32_t i = 1; i <= 256; i++) symbols[i] = static_cast<uint8_t>(distance_symbol(i).number);
  for (uint32_t i = 2; i < 256; i++) symbols[256 + i] = static_cast<uint8_t>(distance_symbol(128 * i + 1).number);
  return symbols;
}();

// Of each symbol, and none where there is no distance.
constexpr auto kExtraDistanceBits = [] {
  std::array<uint8_t, kDistanceSymbols + 1> counts = {};
  for (size_t i = 4; i < kDistanceSymbols; i++) counts[i] = static_cast<uint8_t>(i / 2 - 1);
  return counts;
}();

uint8_t distance_symbol_of(Token token) {
  return kDistanceTable[token.distance <= 256 ? token.distance : 256U + ((token.distance - 1U) >> 7)];
}

// Least significant bit first (3.1.1). Whoever puts reserves before: a put() writes 8 bytes, and the next overwrites
// those that it did not fill. A copy that a loop has for itself stays in registers.
class BitWriter {
 public:
  explicit BitWriter(std::vector<uint8_t>& out) : out_(&out) {}

  void reserve(size_t bytes) {
    const size_t size = next_ ? static_cast<size_t>(next_ - out_->data()) : 0;
    if (out_->size() - size < bytes + sizeof(pending_)) out_->resize(2 * (size + bytes) + sizeof(pending_));
    next_ = out_->data() + size;
  }
  // At most 56 bits.
  void put(uint64_t bits, unsigned count) {
    pending_ |= bits << pending_count_;
    pending_count_ += count;
    store(next_, pending_);
    next_ += pending_count_ / 8;
    pending_ >>= pending_count_ / 8 * 8;
    pending_count_ %= 8;
  }
  void put(BitField field) { put(field.bits, field.count); }
  void align() {
    if (pending_count_ != 0) put(0, 8 - pending_count_);
  }
  // After align().
  void copy(Bytes bytes) { next_ = std::copy(bytes.begin(), bytes.end(), next_); }
  void finish() {
    align();
    out_->resize(static_cast<size_t>(next_ - out_->data()));
  }

 private:
  std::vector<uint8_t>* out_;
  uint8_t* next_ = nullptr;
  uint64_t pending_ = 0;
  unsigned pending_count_ = 0;
};

// The code of one alphabet (3.2.2).
template <size_t kSymbols>
struct HuffmanCode {
  std::array<uint32_t, kSymbols> counts = {};
  std::array<BitField, kSymbols> codes = {};

  void build(unsigned max_bits);
  // Of everything that was counted.
  uint64_t cost() const {
    uint64_t bits = 0;
    for (size_t i = 0; i < kSymbols; i++) bits += uint64_t{counts[i]} * codes[i].count;
    return bits;
  }
  size_t used(size_t at_least) const {
    size_t size = kSymbols;
    while (size > at_least && codes[size - 1].count == 0) size--;
    return size;
  }
};

// From the ascending weights of two or more symbols to the lengths of their codes, in place: Moffat and Katajainen,
// "In-place calculation of minimum-redundancy codes" (1995).
void weights_to_lengths(std::span<uint32_t> weights) {
  const size_t size = weights.size();
  size_t leaf = 0, root = 0;
  const auto take_least = [&](size_t next) {
    if (leaf >= size || (root < next && weights[root] < weights[leaf])) {
      const uint32_t weight = weights[root];
      weights[root++] = static_cast<uint32_t>(next);  // its parent
      return weight;
    }
    return weights[leaf++];
  };
  for (size_t next = 0; next + 1 < size; next++) {
    const uint32_t first = take_least(next);
    weights[next] = first + take_least(next);
  }
  weights[size - 2] = 0;
  for (size_t i = size - 2; i-- > 0;) weights[i] = weights[weights[i]] + 1;
  // From the depths of inner nodes to those of leaves.
  size_t inner = size - 1, place = size;
  for (uint32_t depth = 0, available = 1; available > 0; depth++) {
    uint32_t used = 0;
    for (; inner > 0 && weights[inner - 1] == depth; inner--) used++;
    for (; available > used; available--) weights[--place] = depth;
    available = 2 * used;
  }
}

// Shortens the codes that are longer than allowed, and lengthens the longest of the others until all fit: the sum over
// all codes of 2^-length must not exceed 1. `lengths` do not ascend.
void limit_lengths(std::span<uint32_t> lengths, uint32_t max_bits) {
  uint64_t sum = 0;
  for (uint32_t& length : lengths) {
    length = std::min(length, max_bits);
    sum += uint64_t{1} << (max_bits - length);
  }
  const uint64_t whole = uint64_t{1} << max_bits;
  for (size_t i = 0; sum > whole; i++)
    for (; sum > whole && lengths[i] < max_bits; lengths[i]++) sum -= uint64_t{1} << (max_bits - lengths[i] - 1);
  // What is left over goes to the most frequent ones.
  for (size_t i = lengths.size(); i-- > 0;)
    while (lengths[i] > 1 && sum + (uint64_t{1} << (max_bits - lengths[i])) <= whole) {
      sum += uint64_t{1} << (max_bits - lengths[i]);
      lengths[i]--;
    }
}

uint32_t reverse_bits(uint32_t bits, unsigned count) {
  uint32_t reversed = 0;
  for (; count > 0; count--, bits >>= 1) reversed = reversed << 1 | (bits & 1);
  return reversed;
}

template <size_t kSymbols>
void HuffmanCode<kSymbols>::build(unsigned max_bits) {
  std::array<uint16_t, kSymbols> order;
  size_t size = 0;
  for (size_t i = 0; i < kSymbols; i++)
    if (counts[i] != 0) order[size++] = static_cast<uint16_t>(i);
  std::sort(order.begin(), order.begin() + size,
            [&](uint16_t a, uint16_t b) { return counts[a] != counts[b] ? counts[a] < counts[b] : a < b; });
  std::array<uint32_t, kSymbols> lengths;
  for (size_t i = 0; i < size; i++) lengths[i] = counts[order[i]];
  weights_to_lengths({lengths.data(), size});
  limit_lengths({lengths.data(), size}, max_bits);

  codes = {};
  std::array<uint32_t, kMaxCodeBits + 2> next_code = {};
  for (size_t i = 0; i < size; i++) {
    codes[order[i]].count = static_cast<uint8_t>(lengths[i]);
    next_code[lengths[i] + 1]++;
  }
  for (size_t length = 1; length < next_code.size(); length++)
    next_code[length] = (next_code[length] + next_code[length - 1]) << 1;
  for (BitField& code : codes)
    if (code.count != 0) code.bits = reverse_bits(next_code[code.count]++, code.count);
}

// The lengths of all codes of a block, as runs (3.2.7).
class CodeLengths {
 public:
  CodeLengths(const HuffmanCode<kLiteralSymbols>& literals, const HuffmanCode<kDistanceSymbols + 1>& distances)
      : literals_(literals.used(257)), distances_(distances.used(1)) {
    std::vector<uint8_t> lengths;
    for (size_t i = 0; i < literals_; i++) lengths.push_back(literals.codes[i].count);
    for (size_t i = 0; i < distances_; i++) lengths.push_back(distances.codes[i].count);
    for (size_t i = 0, end = 0; i < lengths.size(); i = end) {
      while (end < lengths.size() && lengths[end] == lengths[i]) end++;
      add_run(lengths[i], static_cast<uint32_t>(end - i));
    }
    for (const Symbol& symbol : symbols_) code_.counts[symbol.number]++;
    code_.counts[0] = std::max(code_.counts[0], 1U);  // a code has two symbols at least
    code_.counts[18] = std::max(code_.counts[18], 1U);
    code_.build(kMaxLengthCodeBits);
    while (sent_ > 4 && code_.codes[kOrder[sent_ - 1]].count == 0) sent_--;
  }

  uint64_t cost() const {
    uint64_t bits = 5 + 5 + 4 + 3 * sent_;
    for (const Symbol& symbol : symbols_) bits += code_.codes[symbol.number].count + symbol.extra.count;
    return bits;
  }
  void write(BitWriter& out) const {
    out.put(literals_ - 257, 5);
    out.put(distances_ - 1, 5);
    out.put(sent_ - 4, 4);
    for (size_t i = 0; i < sent_; i++) out.put(code_.codes[kOrder[i]].count, 3);
    for (const Symbol& symbol : symbols_) {
      out.put(code_.codes[symbol.number]);
      out.put(symbol.extra);
    }
  }

 private:
  static constexpr uint8_t kOrder[kLengthSymbols] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

  void add_run(uint32_t length, uint32_t count) {
    if (length != 0) {
      symbols_.push_back({length, {}});
      count--;
      for (; count >= 3; count -= std::min(count, 6U)) symbols_.push_back({16, {std::min(count, 6U) - 3, 2}});
    }
    for (; length == 0 && count >= 11; count -= std::min(count, 138U))
      symbols_.push_back({18, {std::min(count, 138U) - 11, 7}});
    for (; length == 0 && count >= 3; count -= std::min(count, 10U))
      symbols_.push_back({17, {std::min(count, 10U) - 3, 3}});
    for (; count > 0; count--) symbols_.push_back({length, {}});
  }

  size_t literals_, distances_, sent_ = kLengthSymbols;
  std::vector<Symbol> symbols_;
  HuffmanCode<kLengthSymbols> code_;
};

// Where bytes like those at a place were seen before.
class MatchFinder {
 public:
  explicit MatchFinder(Bytes contents)
      : contents_(contents),
        hash_bits_(static_cast<unsigned>(std::clamp<size_t>(std::bit_width(contents.size()), 8, 14))),
        places_(size_t{1} << hash_bits_) {}

  struct Match {
    uint32_t length = 0;  // 0: none
    uint32_t distance = 0;
  };

  // The longer of the two latest, and from now on `place` is the latest. kReadAhead bytes follow `place`.
  Match find(uint32_t place) {
    const uint8_t* here = contents_.data() + place;
    const auto bytes = load<uint64_t>(here);
    uint64_t& bucket = places_[hash(static_cast<uint32_t>(bytes))];
    uint64_t seen = bucket;
    bucket = seen << 32 | (place + 1);
    Match best;
    for (; seen != 0; seen >>= 32) {
      const uint32_t distance = place + 1 - static_cast<uint32_t>(seen);
      if (distance > kWindow) break;
      const uint64_t difference = load<uint64_t>(here - distance) ^ bytes;
      const uint32_t length =
          difference != 0 ? static_cast<uint32_t>(std::countr_zero(difference)) / 8 : match_length(here, distance);
      if (length > best.length) best = {length, distance};
    }
    if (best.length < kMinMatch) best = {};
    return best;
  }
  void note(uint32_t place) {
    uint64_t& bucket = places_[hash(load<uint32_t>(contents_.data() + place))];
    bucket = bucket << 32 | (place + 1);
  }

  static constexpr size_t kReadAhead = 8;

 private:
  uint32_t hash(uint32_t bytes) const { return bytes * 0x9e3779b1U >> (32 - hash_bits_); }

  // The first 8 bytes are known to be the same.
  uint32_t match_length(const uint8_t* here, uint32_t distance) const {
    const uint8_t* end = contents_.data() + contents_.size();
    const auto limit = static_cast<uint32_t>(std::min<ptrdiff_t>(kMaxMatch, end - here));
    uint32_t length = 8;
    for (; length + 8 <= limit; length += 8) {
      const uint64_t difference = load<uint64_t>(here + length) ^ load<uint64_t>(here + length - distance);
      if (difference != 0) return length + static_cast<uint32_t>(std::countr_zero(difference)) / 8;
    }
    while (length < limit && here[length] == *(here + length - distance)) length++;
    return length;
  }

  Bytes contents_;
  unsigned hash_bits_;
  std::vector<uint64_t> places_;  // of two places, plus 1, the latest below; 0: none
};

class Deflater {
 public:
  Deflater(Bytes contents, std::vector<uint8_t>& out)
      : contents_(contents), finder_(contents), out_(out), tokens_(kBlockTokens) {}

  void run(bool is_last) {
    do {
      const size_t start = place_;
      fill_block();
      write_block(contents_.subspan(start, place_ - start), is_last && place_ == contents_.size());
    } while (place_ < contents_.size());
    if (!is_last) write_stored({}, false);  // ends at a byte
    out_.finish();
  }

 private:
  void fill_block() {
    const size_t size = contents_.size();
    size_t place = place_;
    Token* token = tokens_.data();
    Token* const end = token + kBlockTokens;
    while (token < end && place + MatchFinder::kReadAhead <= size) {
      const auto match = finder_.find(static_cast<uint32_t>(place));
      if (match.length == 0) {
        *token++ = {contents_[place++], 0};
        continue;
      }
      *token++ = {static_cast<uint16_t>(kFirstMatch + match.length), static_cast<uint16_t>(match.distance)};
      note_inside(place, match.length);
      place += match.length;
    }
    while (token < end && place < size) *token++ = {contents_[place++], 0};
    token_count_ = static_cast<size_t>(token - tokens_.data());
    place_ = place;
  }

  // The first and the last place: all of them would cost more than they find.
  void note_inside(size_t place, size_t length) {
    const size_t end = std::min(place + length, contents_.size() - MatchFinder::kReadAhead);
    if (end > place + 1) finder_.note(static_cast<uint32_t>(place + 1));
    if (end > place + 5) finder_.note(static_cast<uint32_t>(end - 1));
  }

  void write_block(Bytes bytes, bool is_last) {
    const std::span tokens = std::span(tokens_).first(token_count_);
    build_codes(tokens);
    const CodeLengths lengths(literals_, distances_);
    if (const uint64_t size = (lengths.cost() + cost_of_tokens()) / 8 + 1; size < bytes.size()) {
      out_.reserve(size + 8);
      constexpr unsigned kDynamic = 2;
      out_.put((kDynamic << 1) | (is_last ? 1 : 0), 3);
      lengths.write(out_);
      write_tokens(tokens);
    } else {
      write_stored(bytes, is_last);
    }
  }

  void build_codes(std::span<const Token> tokens) {
    std::array<uint32_t, kTokenValues> values = {};
    std::array<uint32_t, kDistanceSymbols + 1> distances = {};
    for (const Token& token : tokens) {
      values[token.value]++;
      distances[distance_symbol_of(token)]++;
    }
    literals_.counts = {};
    std::copy_n(values.begin(), kFirstMatch, literals_.counts.begin());
    for (uint32_t i = kMinMatch; i <= kMaxMatch; i++)
      literals_.counts[length_symbol(i).number] += values[kFirstMatch + i];
    literals_.counts[kEndOfBlock] = 1;
    std::copy_n(distances.begin(), kDistanceSymbols, distances_.counts.begin());
    for (const size_t symbol : {0, 1}) {  // a code has two symbols at least
      literals_.counts[symbol] = std::max(literals_.counts[symbol], 1U);
      distances_.counts[symbol] = std::max(distances_.counts[symbol], 1U);
    }
    literals_.build(kMaxCodeBits);
    distances_.build(kMaxCodeBits);
  }

  uint64_t cost_of_tokens() const {
    uint64_t bits = literals_.cost() + distances_.cost();
    for (size_t i = 0; i < kDistanceSymbols; i++) bits += uint64_t{distances_.counts[i]} * kExtraDistanceBits[i];
    for (size_t i = 0; i + 265 < kLiteralSymbols - 1; i++) bits += uint64_t{literals_.counts[i + 265]} * (i / 4 + 1);
    return bits;
  }

  void write_tokens(std::span<const Token> tokens) {
    const auto values = join_value_fields();
    BitWriter out = out_;
    for (const Token& token : tokens) {
      const BitField value = values[token.value];
      const uint8_t symbol = distance_symbol_of(token);
      const BitField code = distances_.codes[symbol];
      const uint8_t extra_count = kExtraDistanceBits[symbol];
      const uint64_t extra = (token.distance - 1U) & ((1U << extra_count) - 1);
      const uint64_t bits = code.bits | extra << code.count;
      out.put(value.bits | bits << value.count, value.count + code.count + extra_count);
    }
    out.put(literals_.codes[kEndOfBlock]);
    out_ = out;
  }

  // Code and extra bits of each value of a token.
  std::array<BitField, kTokenValues> join_value_fields() const {
    std::array<BitField, kTokenValues> fields;
    std::copy_n(literals_.codes.begin(), kFirstMatch, fields.begin());
    for (uint32_t length = kMinMatch; length <= kMaxMatch; length++) {
      const Symbol symbol = length_symbol(length);
      const BitField code = literals_.codes[symbol.number];
      fields[kFirstMatch + length] = {code.bits | symbol.extra.bits << code.count,
                                      static_cast<uint8_t>(code.count + symbol.extra.count)};
    }
    return fields;
  }

  void write_stored(Bytes bytes, bool is_last) {
    do {
      const Bytes part = bytes.first(std::min(bytes.size(), kMaxStored));
      bytes = bytes.subspan(part.size());
      out_.reserve(part.size() + 8);
      out_.put(is_last && bytes.empty() ? 1 : 0, 3);
      out_.align();
      out_.put(part.size() | (~part.size() & 0xffff) << 16, 32);
      out_.copy(part);
    } while (!bytes.empty());
  }

  Bytes contents_;
  MatchFinder finder_;
  BitWriter out_;
  std::vector<Token> tokens_;
  size_t token_count_ = 0;  // of the block
  size_t place_ = 0;        // where the block ends
  HuffmanCode<kLiteralSymbols> literals_;
  HuffmanCode<kDistanceSymbols + 1> distances_;  // that of kNoDistance is empty
};

}  // namespace

std::vector<uint8_t> deflate_fast(Bytes contents, bool is_last) {
  std::vector<uint8_t> out;
  Deflater(contents, out).run(is_last);
  return out;
}

}  // namespace xld::elf
