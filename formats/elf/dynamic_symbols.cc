// See dynamic_symbols.h.
#include "formats/elf/dynamic_symbols.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/core.h>

#include "formats/elf/elf.h"
#include "formats/elf/object.h"
#include "formats/elf/shared_object.h"
#include "formats/elf/symtab.h"
#include "formats/elf/versions.h"
#include "formats/slot_values.h"

namespace xld::elf {

namespace {

constexpr size_t kNamesPerPart = 8192;

// hash * 33 + character, one by one; four at a time do not have to wait for each other.
uint32_t gnu_hash(std::string_view name) {
  constexpr uint32_t k2 = 33 * 33, k3 = k2 * 33, k4 = k3 * 33;
  const auto at = [&](size_t i) { return uint32_t{static_cast<uint8_t>(name[i])}; };
  uint32_t hash = 5381;
  size_t i = 0;
  for (; i + 4 <= name.size(); i += 4) hash = hash * k4 + (at(i) * k3 + at(i + 1) * k2 + at(i + 2) * 33 + at(i + 3));
  for (; i < name.size(); i++) hash = hash * 33 + at(i);
  return hash;
}

// A function's address that is taken without the loader's help is that of its stub, in all modules: they find it here.
bool has_canonical_stub(const Link& link, SymbolId id) {
  constexpr uint32_t kFacts = symbol_flag::kImported | symbol_flag::kAddressTaken;
  const Slots::Record* record = link.slots.record_of(id);
  return (link.symbols.flags(id) & kFacts) == kFacts && record && record->stub != Slots::kNone;
}

// A library that binds a function to itself does not look for another address of it.
void check_canonical_stub(const Link& link, SymbolId id) {
  const Claim claim = link.symbols.claim(id);
  if (!claim.is_import() || link.options().dynamic.ignores_function_addresses) return;
  const InputFile& library = link.inputs.file(claim.file());
  if (shared_symbol(library_of(library), claim.raw_symbol()).visibility != STV_PROTECTED) return;
  link.diagnostics().error(
      fmt::format("cannot preempt symbol: {}\n>>> defined in {}\n>>> it is protected, so its address there is not that "
                  "of a stub in the executable; recompile the code that takes the address with -fPIC or -fPIE",
                  link.symbols.name(id), library.path));
}

}  // namespace

uint32_t sysv_hash(std::string_view name) {
  uint32_t hash = 0;
  for (const char c : name) {
    hash = (hash << 4) + static_cast<uint8_t>(c);
    hash ^= (hash >> 24) & 0xf0;
    hash &= 0x0fffffff;
  }
  return hash;
}

uint32_t DynamicStrings::add(std::string_view text) {
  if (text.empty()) return 0;
  const auto [found, is_new] = known_.try_emplace(text, size_);
  if (is_new) append(text);
  return found->second;
}

uint32_t DynamicStrings::append(std::string_view text) {
  const uint32_t offset = size_;
  texts_.push_back(text);
  offsets_.push_back(offset);
  size_ += static_cast<uint32_t>(text.size()) + 1;
  return offset;
}

void DynamicStrings::reserve(size_t count) {
  texts_.reserve(count);
  offsets_.reserve(count);
}

size_t DynamicStrings::part_count() const {
  return std::max<size_t>(1, (texts_.size() + kNamesPerPart - 1) / kNamesPerPart);
}

// The first part begins with the empty string.
uint64_t DynamicStrings::part_begin(size_t part) const {
  return part == 0 ? 0 : offsets_[part * kNamesPerPart];
}

void DynamicStrings::write_part(size_t part, MutableBytes out) const {
  const size_t end = std::min(texts_.size(), (part + 1) * kNamesPerPart);
  const uint64_t begin = part_begin(part);
  for (size_t i = part * kNamesPerPart; i < end; i++)
    std::copy(texts_[i].begin(), texts_[i].end(), out.begin() + static_cast<ptrdiff_t>(offsets_[i] - begin));
}

bool is_defined_here(const Link& link, SymbolId id) {
  const uint32_t flags = link.symbols.flags(id);
  return (flags & symbol_flag::kCopied) || !(flags & symbol_flag::kImported);
}

DynamicSymbols::DynamicSymbols(Link& link) : link_(link) {
  collect();
  find_names();
  order_defined();
  number();
}

// References in the order of their ids, which is that of their first appearance; what others can find behind them.
void DynamicSymbols::collect() {
  constexpr uint32_t kWanted = symbol_flag::kUsed | symbol_flag::kRoot;
  std::vector<SymbolId> defined;
  for (uint32_t i = 0; i < link_.symbols.size(); i++) {
    const SymbolId id{i};
    const uint32_t flags = link_.symbols.flags(id);
    const bool is_stub = has_canonical_stub(link_, id);
    if (is_stub) check_canonical_stub(link_, id);
    if ((flags & (symbol_flag::kExported | symbol_flag::kCopied)) || is_stub) {
      defined.push_back(id);
    } else if ((flags & symbol_flag::kImported) && (flags & kWanted)) {
      symbols_.push_back(id);
    }
  }
  first_defined_ = static_cast<uint32_t>(symbols_.size()) + 1;
  symbols_.insert(symbols_.end(), defined.begin(), defined.end());
}

void DynamicSymbols::find_names() {
  names_.resize(symbols_.size());
  hashes_.resize(symbols_.size());
  parallel_for(link_.session.pool, symbols_.size(), kNamesPerPart, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      names_[i] = name_without_version(name_in_library(link_, symbols_[i]));
      if (i + 1 >= first_defined_) hashes_[i] = gnu_hash(names_[i]);
    }
  });
}

// By bucket: counted, then put in place.
void DynamicSymbols::order_defined() {
  const size_t first = first_defined_ - 1;
  const size_t count = symbols_.size() - first;
  bucket_count_ = static_cast<uint32_t>(count / 4 + 1);
  std::vector<uint32_t> places(bucket_count_ + 1);
  for (size_t i = first; i < symbols_.size(); i++) places[hashes_[i] % bucket_count_ + 1]++;
  for (size_t i = 1; i < places.size(); i++) places[i] += places[i - 1];
  std::vector<SymbolId> symbols(count);
  std::vector<std::string_view> names(count);
  std::vector<uint32_t> hashes(count);
  for (size_t i = first; i < symbols_.size(); i++) {
    const uint32_t place = places[hashes_[i] % bucket_count_]++;
    symbols[place] = symbols_[i];
    names[place] = names_[i];
    hashes[place] = hashes_[i];
  }
  std::ranges::copy(symbols, symbols_.begin() + static_cast<ptrdiff_t>(first));
  std::ranges::copy(names, names_.begin() + static_cast<ptrdiff_t>(first));
  std::ranges::copy(hashes, hashes_.begin() + static_cast<ptrdiff_t>(first));
}

void DynamicSymbols::number() {
  indexes_ = Array<uint32_t>::zeroed(link_.symbols.size());
  name_offsets_.reserve(symbols_.size());
  strings_.reserve(symbols_.size());
  for (size_t i = 0; i < symbols_.size(); i++) {
    indexes_[symbols_[i].value] = static_cast<uint32_t>(i) + 1;
    name_offsets_.push_back(strings_.append(names_[i]));
  }
}

// ---- .dynsym

namespace {

bool has_address_stub(const Link& link, SymbolId id) {
  constexpr uint32_t kFacts = symbol_flag::kResolver | symbol_flag::kAddressTaken;
  const Slots::Record* record = link.slots.record_of(id);
  return (link.symbols.flags(id) & (kFacts | symbol_flag::kOutOfReach)) == kFacts && record &&
         record->stub != Slots::kNone;
}

SymbolPlace place_for_others(const Link& link, SymbolId id) {
  if (!has_address_stub(link, id)) return place_of_symbol(link, id);
  const uint64_t stub = link.slots.stub_address(link.slots.record_of(id)->stub);
  return {stub, section_at(link, stub)};
}

template <class E>
DynamicSymbolNature nature_of_own(const Link& link, SymbolId id) {
  const Claim claim = link.symbols.claim(id);
  const uint32_t flags = link.symbols.flags(id);
  DynamicSymbolNature nature;
  nature.other = visibility_from(flags);
  if (claim.file().value == 0) {  // a name the linker gave, without a file
    nature.info = symbol_info(STB_GLOBAL, type_from(flags));
    return nature;
  }
  const auto symbol = raw_symbol<E>(object_of(link.inputs.file(claim.file())), claim.raw_symbol());
  const uint8_t type = type_of(symbol.info) == STT_COMMON ? STT_OBJECT : type_of(symbol.info);
  const bool loses_uniqueness = binding_of(symbol.info) == STB_GNU_UNIQUE && !link.options().dynamic.keeps_unique;
  const uint8_t binding = loses_uniqueness ? STB_GLOBAL : binding_of(symbol.info);
  // The loader takes a resolver's answer; who took the address here has that of the stub.
  nature.info = symbol_info(binding, has_address_stub(link, id) ? STT_FUNC : type);
  nature.other = static_cast<uint8_t>((symbol.other & ~3) | visibility_from(flags));
  nature.size = claim.claim_class() == ClaimClass::Common ? link.atom(link.symbols.atom(id)).size : symbol.size;
  return nature;
}

DynamicSymbolNature nature_of_import(const Link& link, SymbolId id) {
  const uint32_t flags = link.symbols.flags(id);
  const Claim claim = link.symbols.claim(id);
  const bool is_weak = !(flags & symbol_flag::kStronglyReferenced) && !(flags & symbol_flag::kRoot);
  DynamicSymbolNature nature;
  nature.info = symbol_info(is_weak ? STB_WEAK : STB_GLOBAL, type_from(flags));
  if ((flags & symbol_flag::kCopied) && claim.is_import()) {
    const SharedSymbol symbol = shared_symbol(library_of(link.inputs.file(claim.file())), claim.raw_symbol());
    nature.info = symbol_info(symbol.binding, symbol.type);
    nature.size = symbol.size;
  }
  return nature;
}

}  // namespace

uint64_t DynamicSymbolsChunk::entry_size() const {
  return link_.target().word_size == 8 ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
}

uint64_t DynamicSymbolsChunk::size() const {
  return (symbols_.symbols().size() + 1) * entry_size();
}

size_t DynamicSymbolsChunk::part_count() const {
  return std::max<size_t>(1, (symbols_.symbols().size() + kNamesPerPart - 1) / kNamesPerPart);
}

// The first part begins with the null symbol.
uint64_t DynamicSymbolsChunk::part_begin(size_t part) const {
  return part == 0 ? 0 : (part * kNamesPerPart + 1) * entry_size();
}

void DynamicSymbolsChunk::write_part(size_t part, MutableBytes out) const {
  const size_t begin = part * kNamesPerPart;
  const size_t end = std::min(symbols_.symbols().size(), begin + kNamesPerPart);
  if (part == 0) out = out.subspan(entry_size());
  link_.target().word_size == 8 ? write_as<Elf64>(begin, end, out) : write_as<Elf32>(begin, end, out);
}

template <class E>
void DynamicSymbolsChunk::write_as(size_t begin, size_t end, MutableBytes out) const {
  using Symbol = typename E::Symbol;
  for (size_t i = begin; i < end; i++) {
    const SymbolId id = symbols_.symbols()[i];
    const bool is_import = link_.symbols.has(id, symbol_flag::kImported);
    const DynamicSymbolNature nature = is_import ? nature_of_import(link_, id) : nature_of_own<E>(link_, id);
    Symbol row{};
    row.name = symbols_.name_offset(i);
    row.info = nature.info;
    row.other = nature.other;
    row.size = static_cast<typename E::Word>(nature.size);
    uint64_t value = 0;
    if (is_defined_here(link_, id)) {
      const SymbolPlace place = place_for_others(link_, id);
      value = place.address - (type_of(row.info) == STT_TLS ? link_.layout.tls_address : 0);
      row.shndx = static_cast<uint16_t>(place.section);
    } else {
      value = has_canonical_stub(link_, id) ? link_.slots.stub_address(link_.slots.record_of(id)->stub) : 0;
    }
    row.value = static_cast<typename E::Word>(value);
    store(out.data() + (i - begin) * sizeof(Symbol), row);
  }
}

// ---- hash tables

namespace {
constexpr uint32_t kBloomShift = 26;
constexpr uint32_t kBloomBitsPerSymbol = 12;
}  // namespace

GnuHashChunk::GnuHashChunk(const Link& link, const DynamicSymbols& symbols) : link_(link), symbols_(symbols) {
  alignment = link.arch->word_size;
  const uint64_t count = symbols.symbols().size() + 1 - symbols.first_defined();
  bloom_words_ = static_cast<uint32_t>(std::bit_ceil(count * kBloomBitsPerSymbol / (link.arch->word_size * 8) + 1));
}

uint64_t GnuHashChunk::size() const {
  const uint64_t count = symbols_.symbols().size() + 1 - symbols_.first_defined();
  return 16 + uint64_t{bloom_words_} * link_.arch->word_size + 4 * (symbols_.bucket_count() + count);
}

void GnuHashChunk::write(MutableBytes out) const {
  const uint32_t word_bits = link_.arch->word_size * 8;
  const uint32_t buckets = symbols_.bucket_count();
  const uint32_t header[4] = {buckets, symbols_.first_defined(), bloom_words_, kBloomShift};
  std::memcpy(out.data(), header, sizeof header);
  uint8_t* bloom = out.data() + sizeof header;
  uint8_t* bucket_table = bloom + size_t{bloom_words_} * link_.arch->word_size;
  uint8_t* chain = bucket_table + size_t{buckets} * 4;
  const uint32_t first = symbols_.first_defined();
  for (uint32_t index = first; index <= symbols_.symbols().size(); index++) {
    const uint32_t hash = symbols_.hash(index - 1);
    const uint32_t word = (hash / word_bits) & (bloom_words_ - 1);
    for (const uint32_t bit : {hash % word_bits, (hash >> kBloomShift) % word_bits})
      bloom[word * link_.arch->word_size + bit / 8] |= static_cast<uint8_t>(1 << bit % 8);
    uint8_t* bucket = bucket_table + size_t{hash % buckets} * 4;
    if (load<uint32_t>(bucket) == 0) store(bucket, index);
    const bool is_last = index == symbols_.symbols().size() || symbols_.hash(index) % buckets != hash % buckets;
    store(chain + size_t{index - first} * 4, (hash & ~1u) | (is_last ? 1 : 0));
  }
}

void SysvHashChunk::write(MutableBytes out) const {
  const uint32_t buckets = bucket_count();
  const auto count = static_cast<uint32_t>(symbols_.symbols().size()) + 1;
  store(out.data(), buckets);
  store(out.data() + 4, count);
  uint8_t* bucket_table = out.data() + 8;
  uint8_t* chain = bucket_table + size_t{buckets} * 4;
  for (uint32_t index = 1; index < count; index++) {
    uint8_t* bucket = bucket_table + size_t{sysv_hash(symbols_.name(index - 1)) % buckets} * 4;
    store(chain + size_t{index} * 4, load<uint32_t>(bucket));
    store(bucket, index);
  }
}

}  // namespace xld::elf
