// Following the fixups of a file, in all three encodings, and the rules about them.
//
// <mach-o/loader.h> has the opcodes, <mach-o/fixup-chains.h> the chains, <mach-o/reloc.h> the relocations.
#include <algorithm>
#include <fmt/core.h>
#include <map>

#include "verify/elf_file.h"
#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

using Kind = MachoFixup::Kind;

class Collector {
 public:
  Collector(const MachoFile& file, std::vector<std::string>& errors) : file_(file), errors_(errors) {}

  std::vector<MachoFixup> collect() {
    if (file_.dyld_info) {
      rebase(part(file_.dyld_info->rebase_off, file_.dyld_info->rebase_size));
      bind(part(file_.dyld_info->bind_off, file_.dyld_info->bind_size), Kind::Bind);
      bind(part(file_.dyld_info->weak_bind_off, file_.dyld_info->weak_bind_size), Kind::WeakBind);
      bind(part(file_.dyld_info->lazy_bind_off, file_.dyld_info->lazy_bind_size), Kind::LazyBind);
    }
    chains_ = file_.linkedit_data(MachO::LC_DYLD_CHAINED_FIXUPS);
    if (!chains_.empty()) follow_chains();
    if (file_.dysymtab) relocations();
    return std::move(fixups_);
  }

 private:
  template <class... Arguments>
  void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    errors_.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  Bytes part(uint64_t offset, uint64_t size) const { return slice(file_.bytes, offset, size).value_or(Bytes{}); }

  // ---- opcodes

  struct Place {
    int segment = -1;
    uint64_t offset = 0;
  };

  uint64_t address_of(const Place& place) const {
    return place.segment < 0 || static_cast<size_t>(place.segment) >= file_.segments.size()
               ? UINT64_MAX
               : file_.segments[static_cast<size_t>(place.segment)].address + place.offset;
  }

  void add(const Place& place, Kind kind, uint8_t type, int ordinal, std::string_view name) {
    const uint64_t address = address_of(place);
    const bool is_pointer = type == MachO::BIND_TYPE_POINTER;
    uint64_t target = 0;
    if (kind == Kind::Rebase) target = file_.word_at(address).value_or(0);
    if (type == 0 || type > 3) error("{:#x}: fixup of type {}", address, type);
    if (address == UINT64_MAX) return error("a fixup in segment {} of {}", place.segment, file_.segments.size());
    fixups_.push_back({kind, address, is_pointer ? file_.word() : 4, target, ordinal, name, !is_pointer});
  }

  // False: too many to be true.
  bool repeat(Place& place, uint64_t count, uint64_t skip, Kind kind, uint8_t type, int ordinal,
              std::string_view name) {
    for (uint64_t i = 0; i < count; i++) {
      // A damaged count must not cost more than the file is large: each fixup has a place of its own in the file.
      if (++repeated_ > file_.bytes.size() / 2) {
        error("the opcodes repeat {} times", count);
        return false;
      }
      add(place, kind, type, ordinal, name);
      place.offset += file_.word() + skip;
    }
    return true;
  }

  void rebase(Bytes opcodes) {
    LebReader reader(opcodes, 0);
    Place place;
    uint8_t type = 0;
    while (!reader.at_end()) {
      const uint8_t code = reader.byte(), immediate = code & MachO::REBASE_IMMEDIATE_MASK;
      uint64_t count = 1, skip = 0;
      switch (code & MachO::REBASE_OPCODE_MASK) {
        case MachO::REBASE_OPCODE_DONE:
          return;
        case MachO::REBASE_OPCODE_SET_TYPE_IMM:
          type = immediate;
          continue;
        case MachO::REBASE_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB:
          place = {immediate, reader.uleb()};
          continue;
        case MachO::REBASE_OPCODE_ADD_ADDR_ULEB:
          place.offset += reader.uleb();
          continue;
        case MachO::REBASE_OPCODE_ADD_ADDR_IMM_SCALED:
          place.offset += uint64_t{immediate} * file_.word();
          continue;
        case MachO::REBASE_OPCODE_DO_REBASE_IMM_TIMES:
          count = immediate;
          break;
        case MachO::REBASE_OPCODE_DO_REBASE_ULEB_TIMES:
          count = reader.uleb();
          break;
        case MachO::REBASE_OPCODE_DO_REBASE_ADD_ADDR_ULEB:
          skip = reader.uleb();
          break;
        case MachO::REBASE_OPCODE_DO_REBASE_ULEB_TIMES_SKIPPING_ULEB:
          count = reader.uleb(), skip = reader.uleb();
          break;
        default:
          return error("rebase opcode {:#x}", code);
      }
      if (!repeat(place, count, skip, Kind::Rebase, type, 0, {})) return;
    }
    if (reader.failed()) error("the rebase opcodes are cut off");
  }

  void bind(Bytes opcodes, Kind kind) {
    LebReader reader(opcodes, 0);
    Place place;
    uint8_t type = MachO::BIND_TYPE_POINTER;
    int ordinal = 0;
    std::string_view name;
    while (!reader.at_end()) {
      const uint8_t code = reader.byte(), immediate = code & MachO::BIND_IMMEDIATE_MASK;
      uint64_t count = 1, skip = 0;
      switch (code & MachO::BIND_OPCODE_MASK) {
        case MachO::BIND_OPCODE_DONE:
          if (kind != Kind::LazyBind) return;
          continue;
        case MachO::BIND_OPCODE_SET_DYLIB_ORDINAL_IMM:
          ordinal = immediate;
          continue;
        case MachO::BIND_OPCODE_SET_DYLIB_ORDINAL_ULEB:
          ordinal = static_cast<int>(std::min<uint64_t>(reader.uleb(), 1 << 20));
          continue;
        case MachO::BIND_OPCODE_SET_DYLIB_SPECIAL_IMM:
          ordinal = immediate == 0 ? 0 : static_cast<int8_t>(immediate | 0xf0);
          continue;
        case MachO::BIND_OPCODE_SET_SYMBOL_TRAILING_FLAGS_IMM:
          name = reader.string();
          if ((immediate & MachO::BIND_SYMBOL_FLAGS_NON_WEAK_DEFINITION) != 0 && kind != Kind::WeakBind)
            error("{} is marked as a strong definition outside the weak binds", name);
          continue;
        case MachO::BIND_OPCODE_SET_TYPE_IMM:
          type = immediate;
          continue;
        case MachO::BIND_OPCODE_SET_ADDEND_SLEB:
          reader.sleb();
          continue;
        case MachO::BIND_OPCODE_SET_SEGMENT_AND_OFFSET_ULEB:
          place = {immediate, reader.uleb()};
          continue;
        case MachO::BIND_OPCODE_ADD_ADDR_ULEB:
          place.offset += reader.uleb();
          continue;
        case MachO::BIND_OPCODE_DO_BIND:
          break;
        case MachO::BIND_OPCODE_DO_BIND_ADD_ADDR_ULEB:
          skip = reader.uleb();
          break;
        case MachO::BIND_OPCODE_DO_BIND_ADD_ADDR_IMM_SCALED:
          skip = uint64_t{immediate} * file_.word();
          break;
        case MachO::BIND_OPCODE_DO_BIND_ULEB_TIMES_SKIPPING_ULEB:
          count = reader.uleb(), skip = reader.uleb();
          break;
        default:
          return error("bind opcode {:#x}", code);
      }
      if (!repeat(place, count, skip, kind, type, kind == Kind::WeakBind ? -3 : ordinal, name)) return;
    }
    if (reader.failed()) error("the bind opcodes are cut off");
  }

  // ---- chains

  struct Import {
    int ordinal;
    std::string_view name;
  };

  template <class T>
  T chain_word(uint64_t offset) {
    const auto value = read<T>(chains_, offset);
    if (!value) is_cut_off_ = true;
    return value.value_or(T{});
  }

  void follow_chains() {
    const auto version = chain_word<uint32_t>(0), starts = chain_word<uint32_t>(4), imports = chain_word<uint32_t>(8),
               symbols = chain_word<uint32_t>(12), count = chain_word<uint32_t>(16), format = chain_word<uint32_t>(20);
    if (version != 0 || chain_word<uint32_t>(24) != 0)
      return error("chained fixups: version {} or compressed symbols", version);
    if (format < 1 || format > 3) return error("chained fixups: imports of format {}", format);
    const uint64_t entry = format == 1 ? 4 : format == 2 ? 8 : 16;
    if (imports > symbols || !contains(chains_, imports, count * entry) || imports + count * entry > symbols) {
      return error("chained fixups: {} imports at {:#x}, names at {:#x}", count, imports, symbols);
    }
    for (uint32_t i = 0; i < count; i++) read_import(imports + i * entry, symbols, format);
    const auto segments = chain_word<uint32_t>(starts);
    if (segments != file_.segments.size())
      return error("chained fixups for {} segments of {}", segments, file_.segments.size());
    uint16_t pointer_format = 0;
    for (uint32_t i = 0; i < segments; i++) {
      const auto offset = chain_word<uint32_t>(starts + 4 + uint64_t{i} * 4);
      if (offset != 0) follow_segment(file_.segments[i], uint64_t{starts} + offset, pointer_format);
    }
    if (is_cut_off_) error("the chained fixups are cut off");
  }

  void read_import(uint64_t at, uint64_t symbols, uint32_t format) {
    Import import{};
    uint64_t name;
    if (format == 3) {
      const auto raw = chain_word<uint64_t>(at);
      import.ordinal = static_cast<int16_t>(raw & 0xffff);
      name = raw >> 32;
    } else {
      const auto raw = chain_word<uint32_t>(at);
      import.ordinal = (raw & 0xff) > 0xf0 ? static_cast<int8_t>(raw & 0xff) : static_cast<int>(raw & 0xff);
      name = raw >> 9;
    }
    const auto text = c_string_at(chains_, symbols + name);
    if (!text) error("chained fixups: the name of import {} has no end", imports_.size());
    import.name = text.value_or("");
    imports_.push_back(import);
  }

  void follow_segment(const MachoSegment& segment, uint64_t at, uint16_t& pointer_format) {
    constexpr uint64_t kPageStarts = 22;
    const auto size = chain_word<uint32_t>(at);
    const auto page_size = chain_word<uint16_t>(at + 4), format = chain_word<uint16_t>(at + 6);
    const auto offset = chain_word<uint64_t>(at + 8);
    const auto maximum = chain_word<uint32_t>(at + 16);
    const auto pages = chain_word<uint16_t>(at + 20);
    const MachoSegment* header = file_.header_segment();
    if (page_size != file_.page() && page_size != 0x1000 && page_size != 0x4000)
      return error("{}: chains in pages of {:#x}", describe(segment), page_size);
    if (!header || offset != segment.address - header->address)
      error("{}: chains for offset {:#x}", describe(segment), offset);
    if (format != 2 && format != 6 && format != 3)
      return error("{}: chained pointers of format {}", describe(segment), format);
    if (pointer_format != 0 && format != pointer_format)
      error("{}: chained pointers of another format", describe(segment));
    pointer_format = format;
    // The structure has room for one start even if it has no pages; linkers round its size up.
    if (size < kPageStarts + uint64_t{pages} * 2) error("{}: size {} for {} pages", describe(segment), size, pages);
    for (uint32_t page = 0; page < pages; page++) {
      const auto start = chain_word<uint16_t>(at + kPageStarts + uint64_t{page} * 2);
      if (start == 0xffff) continue;
      follow_chain(segment, uint64_t{page} * page_size, start, page_size, format, maximum);
    }
  }

  void follow_chain(const MachoSegment& segment, uint64_t page, uint64_t offset, uint64_t page_size, uint16_t format,
                    uint32_t maximum) {
    while (true) {
      const uint64_t address = segment.address + page + offset;
      const auto raw = offset < page_size ? file_.word_at(address) : std::nullopt;
      if (!raw) return error("{}: a chain leaves its page at {:#x}", describe(segment), address);
      const uint64_t next =
          format == 3 ? add_chained_32(address, *raw, maximum) : add_chained_64(address, *raw, format);
      if (next == 0) return;
      offset += next;
    }
  }

  void add_import(uint64_t address, uint64_t index) {
    if (index >= imports_.size()) return error("{:#x}: a chain names import {} of {}", address, index, imports_.size());
    fixups_.push_back({Kind::Bind, address, file_.word(), 0, imports_[index].ordinal, imports_[index].name, false});
  }

  uint64_t add_chained_64(uint64_t address, uint64_t raw, uint16_t format) {
    if ((raw >> 63) != 0) {
      add_import(address, raw & 0xffffff);
    } else {
      const MachoSegment* header = file_.header_segment();
      const uint64_t base = format == 6 && header ? header->address : 0;
      fixups_.push_back({Kind::Rebase, address, 8, (raw & 0xfffffffff) + base, 0, {}, false});
    }
    return (raw >> 51 & 0xfff) * 4;
  }

  uint64_t add_chained_32(uint64_t address, uint64_t raw, uint32_t maximum) {
    if ((raw >> 31 & 1) != 0) {
      add_import(address, raw & 0xfffff);
    } else if ((raw & 0x3ffffff) <= maximum) {
      fixups_.push_back({Kind::Rebase, address, 4, raw & 0x3ffffff, 0, {}, false});
    }
    return (raw >> 26 & 0x1f) * 4;
  }

  // ---- relocations

  void relocations() {
    // From the first writable segment on x86-64, from the first one on i386 and for the kernel.
    uint64_t base = UINT64_MAX;
    for (const MachoSegment& s : file_.segments) {
      const bool is_for_writable = file_.is_64 || (file_.flags & MachO::MH_SPLIT_SEGS) != 0;
      const bool counts = is_for_writable && file_.type != MachO::MH_KEXT_BUNDLE ? s.is_writable() : s.initial != 0;
      if (counts && base == UINT64_MAX) base = s.address;
    }
    const auto& table = *file_.dysymtab;
    add_relocations(part(table.locreloff, uint64_t{table.nlocrel} * 8), base, Kind::Rebase);
    add_relocations(part(table.extreloff, uint64_t{table.nextrel} * 8), base, Kind::Bind);
  }

  void add_relocations(Bytes table, uint64_t base, Kind kind) {
    for (size_t at = 0; at + 8 <= table.size(); at += 8) {
      const auto address = load<uint32_t>(table.data() + at), word = load<uint32_t>(table.data() + at + 4);
      const uint32_t symbol = word & 0xffffff, length = word >> 25 & 3, type = word >> 28;
      const bool is_relative = (word >> 24 & 1) != 0, is_external = (word >> 27 & 1) != 0;
      if ((address & MachO::R_SCATTERED) != 0 && !file_.is_64) continue;
      if (type != 0 || length != (file_.is_64 ? 3U : 2U) || is_external != (kind == Kind::Bind) ||
          (is_relative && file_.is_64)) {
        error("dynamic relocation at {:#x}: type {}, length {}", address, type, length);
        continue;
      }
      if (is_external && symbol >= file_.symbols.size()) {
        error("dynamic relocation at {:#x} names symbol {} of {}", address, symbol, file_.symbols.size());
        continue;
      }
      MachoFixup fixup{kind, base + address, file_.word(), 0, 0, {}, !file_.is_64};
      if (kind == Kind::Rebase) fixup.target = file_.word_at(fixup.address).value_or(0);
      if (is_external)
        fixup.ordinal = file_.symbols[symbol].description >> 8, fixup.name = file_.symbols[symbol].name.value_or("");
      if (fixup.ordinal > 253) fixup.ordinal -= 256;
      fixups_.push_back(fixup);
    }
  }

  const MachoFile& file_;
  std::vector<std::string>& errors_;
  Bytes chains_;
  bool is_cut_off_ = false;
  uint64_t repeated_ = 0;
  std::vector<Import> imports_;
  std::vector<MachoFixup> fixups_;
};

// Where a rebased pointer may point: into the image, or right behind the end of a section. The top byte may be a tag.
bool is_target(const MachoFile& file, uint64_t target) {
  const uint64_t address = file.is_64 ? target & 0x00ffffffffffffff : target;
  for (const MachoSegment& s : file.segments) {
    if (s.name != "__PAGEZERO" && is_inside(address, 0, s.address, s.memory_size)) return true;
  }
  return false;
}

void check_fixups(const MachoFile& file, Report& report) {
  for (const std::string& error : file.fixup_errors) report.add("{}", error);
  for (const MachoFixup& f : file.fixups) {
    const MachoSegment* s = file.segment_at(f.address, f.size);
    if (!s) {
      report.add("{:#x}: outside the image", f.address);
    } else if (!s->is_writable() && !f.is_text) {
      report.add("{:#x}: in {}, which is not writable", f.address, describe(*s));
    }
    if (f.kind == Kind::Rebase && s && !is_target(file, f.target)) {
      report.add("{:#x}: rebased to {:#x}, outside the image", f.address, f.target);
    }
    if (f.kind != Kind::Rebase && f.name.empty()) report.add("{:#x}: bound to no name", f.address);
    if (f.kind == Kind::Bind || f.kind == Kind::LazyBind) {
      if (f.ordinal < -3 || f.ordinal > static_cast<int>(file.libraries.size())) {
        report.add("{:#x}: {} from library {} of {}", f.address, f.name, f.ordinal, file.libraries.size());
      }
    }
  }
}

// Two fixups at one place: the second sees what the first left. Only a rebase and a lazy bind go together (the pointer
// leads to the helper first), and a weak bind with anything.
void check_unique(const MachoFile& file, Report& report) {
  std::vector<MachoFixup> fixups = file.fixups;
  std::erase_if(fixups, [](const MachoFixup& f) { return f.kind == Kind::WeakBind || f.kind == Kind::LazyBind; });
  std::sort(fixups.begin(), fixups.end(),
            [](const MachoFixup& a, const MachoFixup& b) { return a.address < b.address; });
  for (size_t i = 1; i < fixups.size(); i++) {
    const MachoFixup &a = fixups[i - 1], &b = fixups[i];
    if (a.address + a.size > b.address && a.kind == b.kind)
      report.add("{:#x}: a second fixup at a place of {:#x}", b.address, a.address);
  }
}

// Initialisers and terminators lead to code, whatever encoding they have.
void check_initialisers(const MachoFile& file, Report& report) {
  std::map<uint64_t, MachoFixup> by_address;
  for (const MachoFixup& f : file.fixups) by_address.emplace(f.address, f);
  const MachoSegment* header = file.header_segment();
  const auto check = [&](const MachoSection& s, uint64_t target) {
    const MachoSegment* segment = file.segment_at(target, 1);
    if (!segment || !segment->is_executable()) report.add("{}: {:#x} is not in code", describe(s), target);
  };
  for (const MachoSection& s : file.sections) {
    if (s.type() == MachO::S_INIT_FUNC_OFFSETS) {
      if (s.size % 4 != 0) report.add("{}: size {:#x}", describe(s), s.size);
      const MachoSegment* segment = file.segment_at(s.address, s.size);
      if (segment && segment->is_writable()) report.add("{} is writable", describe(s));
      for (uint64_t at = 0; at + 4 <= s.contents.size() && header; at += 4)
        check(s, header->address + load<uint32_t>(s.contents.data() + at));
    } else if (s.type() == MachO::S_MOD_INIT_FUNC_POINTERS || s.type() == MachO::S_MOD_TERM_FUNC_POINTERS) {
      if (s.size % file.word() != 0 || s.address % file.word() != 0)
        report.add("{}: address {:#x}, size {:#x}", describe(s), s.address, s.size);
      for (uint64_t at = 0; at + file.word() <= s.size; at += file.word()) {
        if (!file.word_at(s.address + at)) break;  // outside the file: macho-sections says so
        const auto found = by_address.find(s.address + at);
        if (found != by_address.end() && found->second.kind != Kind::Rebase) continue;  // of another image
        check(s, found != by_address.end() ? found->second.target : file.word_at(s.address + at).value_or(0));
      }
    }
  }
}

constexpr MachoRule kRules[] = {
    {"macho-fixups", "fixups can be followed, are in writable segments, and point into the image or name a library",
     Scope::Linked, check_fixups},
    {"macho-fixups-unique", "no place is rebased or bound twice", Scope::Linked, check_unique},
    {"macho-initialisers", "initialisers and terminators lead to code", Scope::Linked, check_initialisers},
};

}  // namespace

std::vector<MachoFixup> collect_fixups(const MachoFile& file, std::vector<std::string>& errors) {
  return Collector(file, errors).collect();
}

MachoRules macho_fixup_rules() {
  return kRules;
}

}  // namespace xld::verify
