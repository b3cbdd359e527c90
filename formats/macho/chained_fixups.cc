// See chained_fixups.h. Apple's <mach-o/fixup-chains.h>: dyld_chained_ptr_64_rebase, dyld_chained_ptr_64_bind,
// dyld_chained_import, dyld_chained_import_addend64.
//
// DYLD_CHAINED_PTR_64 holds addresses, DYLD_CHAINED_PTR_64_OFFSET distances from the header.
#include "formats/macho/chained_fixups.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "formats/macho/fixups.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/state.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

constexpr uint64_t kStride = 4;              // steps of a chain are counted in this
constexpr uint32_t kMostInlineAddend = 255;  // more needs a row of its own among the imports
constexpr uint64_t kTargetBits = 36;
constexpr uint32_t kMostShortOrdinal = 0xf0;
constexpr uint64_t kMostShortNames = 1 << 23;  // offsets of names in short rows have 23 bits
constexpr uint32_t kHeaderSize = 32;           // 28, and room to align what follows

template <class T>
void append(std::vector<uint8_t>& out, T value) {
  out.resize(out.size() + sizeof(T));
  store(out.data() + out.size() - sizeof(T), value);
}

class ChainBuilder {
 public:
  explicit ChainBuilder(Link& link) : link_(link), state_(state_of(link)) {}

  void build() {
    if (!check_alignment()) return;
    number_rows();
    link_words();
    std::vector<uint8_t>& out = state_.chained_fixups->bytes;
    out.assign(kHeaderSize, 0);
    write_starts(out);
    ChainedFixupsHeader header{};
    header.starts_offset = kHeaderSize;
    header.imports_offset = static_cast<uint32_t>(out.size());
    header.imports_count = static_cast<uint32_t>(rows_.size());
    header.imports_format = format_;
    write_imports(out);
    header.symbols_offset = static_cast<uint32_t>(out.size());
    for (const Row& row : rows_) {
      out.insert(out.end(), row.name.begin(), row.name.end());
      out.push_back(0);
    }
    store(out.data(), header);
  }

 private:
  struct Row {
    std::string_view name;
    int ordinal = 0;
    bool is_weak = false;
    uint64_t addend = 0;
  };

  bool check_alignment() {
    for (const LoadFixup& fixup : state_.fixups) {
      if (fixup.address % kStride == 0) continue;
      link_.diagnostics().error(fmt::format(
          "the pointer at {:#x} is not aligned to 4 bytes, which chained fixups need; link with -no_fixup_chains",
          fixup.address));
      return false;
    }
    return true;
  }

  // ---- imports

  void number_rows() {
    std::vector<uint32_t> plain(link_.symbols.size(), kNoImport);  // by symbol: its row without an addend
    std::map<std::pair<uint32_t, uint64_t>, uint32_t> with_addend;
    state_.chain_imports.assign(state_.fixups.size(), kNoImport);
    for (size_t i = 0; i < state_.fixups.size(); i++) {
      const LoadFixup& fixup = state_.fixups[i];
      if (!fixup.symbol.is_valid()) continue;
      const uint64_t addend = row_addend(fixup);
      uint32_t& row = addend == 0 ? plain[fixup.symbol.value]
                                  : with_addend.try_emplace({fixup.symbol.value, addend}, kNoImport).first->second;
      if (row == kNoImport) {
        row = static_cast<uint32_t>(rows_.size());
        add_row(fixup.symbol, addend);
      }
      state_.chain_imports[i] = row;
    }
  }

  // What does not fit into the word itself.
  static uint64_t row_addend(const LoadFixup& fixup) { return fixup.value > kMostInlineAddend ? fixup.value : 0; }

  void add_row(SymbolId id, uint64_t addend) {
    Row row;
    row.name = name_in_library(link_, id);
    row.addend = addend;
    row.ordinal = kWeakLookup;
    if (const uint32_t index = state_.import_of[id.value]; index != kNoImport) {
      const Import& import = state_.imports[index];
      if (!import.is_weak_definition) row.ordinal = import.ordinal;
      row.is_weak = import.is_weak_reference;
    } else if (!link_.symbols.has(id, symbol_flag::kWeak)) {
      row.ordinal = ordinal_of_own(link_);
    }
    format_ = std::max(format_, format_for(row));
    name_bytes_ += row.name.size() + 1;
    if (name_bytes_ > kMostShortNames) format_ = DYLD_CHAINED_IMPORT_ADDEND64;
    rows_.push_back(row);
  }

  static uint32_t format_for(const Row& row) {
    const auto addend = static_cast<int64_t>(row.addend);
    if (row.ordinal > static_cast<int>(kMostShortOrdinal) || addend != static_cast<int32_t>(addend))
      return DYLD_CHAINED_IMPORT_ADDEND64;
    return addend == 0 ? DYLD_CHAINED_IMPORT : DYLD_CHAINED_IMPORT_ADDEND;
  }

  void write_imports(std::vector<uint8_t>& out) const {
    uint32_t name_offset = 0;
    for (const Row& row : rows_) {
      if (format_ != DYLD_CHAINED_IMPORT_ADDEND64) {
        append(out, (static_cast<uint32_t>(row.ordinal) & 0xff) | uint32_t{row.is_weak} << 8 | name_offset << 9);
        if (format_ == DYLD_CHAINED_IMPORT_ADDEND) append(out, static_cast<uint32_t>(row.addend));
      } else {
        append(out, (static_cast<uint64_t>(row.ordinal) & 0xffff) | uint64_t{row.is_weak} << 16 |
                        uint64_t{name_offset} << 32);
        append(out, row.addend);
      }
      name_offset += static_cast<uint32_t>(row.name.size()) + 1;
    }
  }

  // ---- chains

  uint64_t page_of(uint64_t address) const { return address / link_.layout.plan.page_size; }

  void link_words() {
    const LargeVector<LoadFixup>& fixups = state_.fixups;
    state_.chain_steps.assign(fixups.size(), 0);
    for (size_t i = 0; i + 1 < fixups.size(); i++) {
      if (page_of(fixups[i].address) != page_of(fixups[i + 1].address)) continue;
      state_.chain_steps[i] = static_cast<uint32_t>((fixups[i + 1].address - fixups[i].address) / kStride);
    }
  }

  // dyld_chained_starts_in_image: an offset for each segment, 0 if it has no chains.
  void write_starts(std::vector<uint8_t>& out) const {
    const size_t start = out.size();
    const uint32_t first = first_segment_number(link_);
    const auto count = static_cast<uint32_t>(link_.layout.segments.size()) + first;
    append(out, count);
    out.resize(out.size() + size_t{count} * 4);
    size_t next = 0;
    for (uint32_t i = 0; i < link_.layout.segments.size(); i++) {
      const Segment& segment = link_.layout.segments[i];
      // __LINKEDIT has no address yet, and no words to complete.
      const bool is_last = i + 1 == link_.layout.segments.size() || link_.layout.segments[i + 1].is_late;
      const uint64_t end_address = is_last ? UINT64_MAX : link_.layout.segments[i + 1].address;
      size_t end = next;
      while (end < state_.fixups.size() && state_.fixups[end].address < end_address) end++;
      if (end == next) continue;
      out.resize(align_up(out.size(), 8));
      store(out.data() + start + 4 + size_t{i + first} * 4, static_cast<uint32_t>(out.size() - start));
      write_segment(segment, next, end, out);
      next = end;
    }
    out.resize(align_up(out.size(), 8));
  }

  void write_segment(const Segment& segment, size_t begin, size_t end, std::vector<uint8_t>& out) const {
    const uint64_t page_size = link_.layout.plan.page_size;
    const uint64_t page_count = (state_.fixups[end - 1].address - segment.address) / page_size + 1;
    std::vector<uint16_t> starts(page_count, DYLD_CHAINED_PTR_START_NONE);
    for (size_t i = begin; i < end; i++) {
      const uint64_t offset = state_.fixups[i].address - segment.address;
      uint16_t& first = starts[offset / page_size];
      if (first == DYLD_CHAINED_PTR_START_NONE) first = static_cast<uint16_t>(offset % page_size);
    }
    ChainedStartsInSegment record{};
    record.size = static_cast<uint32_t>(kChainedStartsSize + page_count * 2);
    record.page_size = static_cast<uint16_t>(page_size);
    record.pointer_format = state_.features.chained_format;
    record.segment_offset = segment.address - link_.layout.plan.base_address;
    record.page_count = static_cast<uint16_t>(page_count);
    const auto* bytes = reinterpret_cast<const uint8_t*>(&record);
    out.insert(out.end(), bytes, bytes + kChainedStartsSize);
    for (const uint16_t first : starts) append(out, first);
  }

  Link& link_;
  MachoState& state_;
  std::vector<Row> rows_;
  uint32_t format_ = DYLD_CHAINED_IMPORT;
  uint64_t name_bytes_ = 0;
};

uint64_t bind_word(const MachoState& state, size_t index) {
  const uint64_t addend = state.fixups[index].value;
  return uint64_t{state.chain_imports[index]} | (addend <= kMostInlineAddend ? addend << 24 : 0) | uint64_t{1} << 63;
}

// The top byte of a pointer may carry a mark, which stays.
uint64_t rebase_word(const Link& link, const MachoState& state, uint64_t value) {
  const uint64_t mark = value >> 56;
  uint64_t target = value & ((uint64_t{1} << 56) - 1);
  if (state.features.chained_format == DYLD_CHAINED_PTR_64_OFFSET) target -= link.layout.plan.base_address;
  if (target >> kTargetBits != 0)
    link.diagnostics().error(
        fmt::format("a pointer to {:#x} cannot be a chained fixup; link with -no_fixup_chains", value));
  return (target & ((uint64_t{1} << kTargetBits) - 1)) | mark << kTargetBits;
}

}  // namespace

void build_chained_fixups(Link& link) {
  ChainBuilder(link).build();
}

void write_chained_words(const Link& link, uint64_t address, MutableBytes out) {
  const MachoState& state = state_of(link);
  const LargeVector<LoadFixup>& fixups = state.fixups;
  const auto begin = std::lower_bound(fixups.begin(), fixups.end(), address,
                                      [](const LoadFixup& fixup, uint64_t a) { return fixup.address < a; });
  for (auto i = static_cast<size_t>(begin - fixups.begin()); i < fixups.size(); i++) {
    const LoadFixup& fixup = fixups[i];
    if (fixup.address - address >= out.size()) return;
    const uint64_t word = fixup.symbol.is_valid() ? bind_word(state, i) : rebase_word(link, state, fixup.value);
    store(out.data() + (fixup.address - address), word | uint64_t{state.chain_steps[i]} << 51);
  }
}

}  // namespace xld::macho
