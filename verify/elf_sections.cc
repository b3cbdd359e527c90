// Rules about sections: ranges, overlaps, agreement with the segments, links between tables (gABI ch. 4, "Sections").
#include <algorithm>
#include <vector>

#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

void check_null(const ElfFile& file, Report& report) {
  if (!file.sections.empty() && file.sections[0].type != ELF::SHT_NULL) {
    report.add("section [0] has type {:#x}, must be SHT_NULL", file.sections[0].type);
  }
}

void check_range(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.occupies_file() && !is_inside(s.offset, s.size, 0, file.bytes.size())) {
      report.add("{}: offset {:#x}, size {:#x}, outside the file of {:#x} bytes", describe(s), s.offset, s.size,
                 file.bytes.size());
    }
    if (s.is_alloc() && s.address + s.size < s.address) {
      report.add("{}: address {:#x} + size {:#x} wraps around", describe(s), s.address, s.size);
    }
  }
}

void report_overlaps(std::vector<Extent>& extents, std::string_view where, Report& report) {
  std::sort(extents.begin(), extents.end(), [](auto& a, auto& b) { return a.start < b.start; });
  for (size_t i = 1; i < extents.size(); i++) {
    const Extent& previous = extents[i - 1];
    if (extents[i].start - previous.start >= previous.size) continue;
    report.add("{} at {} {:#x} overlaps {} at {:#x}, size {:#x}", extents[i].name, where, extents[i].start,
               previous.name, previous.start, previous.size);
  }
}

void check_file_overlap(const ElfFile& file, Report& report) {
  std::vector<Extent> extents = {{0, file.header_size, "the ELF header"}};
  if (file.segment_count != 0) {
    extents.push_back(
        {file.segment_table, uint64_t{file.segment_count} * file.segment_entry_size, "the program header table"});
  }
  if (file.section_count != 0) {
    extents.push_back(
        {file.section_table, uint64_t{file.section_count} * file.section_entry_size, "the section header table"});
  }
  for (const Section& s : file.sections) {
    if (s.occupies_file()) extents.push_back({s.offset, s.size, describe(s)});
  }
  report_overlaps(extents, "file offset", report);
}

void check_memory_overlap(const ElfFile& file, Report& report) {
  std::vector<Extent> extents;
  for (const Section& s : file.sections) {
    if (s.occupies_memory()) extents.push_back({s.address, s.size, describe(s)});
  }
  report_overlaps(extents, "address", report);
}

void check_alignment(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.alignment <= 1) continue;
    if (!is_power_of_two(s.alignment)) {
      report.add("{}: alignment {:#x} is no power of two", describe(s), s.alignment);
    } else if (s.is_alloc() && s.address % s.alignment != 0) {
      report.add("{}: address {:#x} is not aligned to {:#x}", describe(s), s.address, s.alignment);
    }
  }
}

void check_in_load(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (!s.occupies_memory() || file.segments.empty()) continue;
    const Segment* load = file.load_at(s.address, s.size);
    if (!load) {
      report.add("{} at {:#x}, size {:#x}, is inside no PT_LOAD", describe(s), s.address, s.size);
      continue;
    }
    if (s.is_nobits()) continue;
    if (!is_inside(s.address, s.size, load->address, load->file_size)) {
      report.add("{} at {:#x}, size {:#x}, reaches beyond the file size of {}", describe(s), s.address, s.size,
                 describe(*load));
    } else if (s.offset - load->offset != s.address - load->address) {
      report.add("{}: file offset {:#x} and address {:#x} disagree with {} (offset {:#x}, address {:#x})", describe(s),
                 s.offset, s.address, describe(*load), load->offset, load->address);
    }
  }
}

// A segment may permit more than a section asks: read-only data share a segment with code (-z noseparate-code) or,
// after a section of the same name was writable, with data.
void check_permissions(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (!s.occupies_memory()) continue;
    const Segment* load = file.load_at(s.address, s.size);
    if (!load) continue;
    if (s.has(ELF::SHF_WRITE) && !load->is_writable()) {
      report.add("{} is writable, {} is not", describe(s), describe(*load));
    }
    if (s.has(ELF::SHF_EXECINSTR) && !load->is_executable()) {
      report.add("{} is executable, {} is not", describe(s), describe(*load));
    }
  }
}

// What sh_link of a section type must refer to.
struct LinkRule {
  uint32_t type;
  uint32_t linked[2];
  bool may_be_absent;  // sh_link 0
};

constexpr LinkRule kLinkRules[] = {
    {ELF::SHT_SYMTAB, {ELF::SHT_STRTAB, ELF::SHT_STRTAB}, false},
    {ELF::SHT_DYNSYM, {ELF::SHT_STRTAB, ELF::SHT_STRTAB}, false},
    // A static executable has IRELATIVE relocations and no dynamic symbols.
    {ELF::SHT_RELA, {ELF::SHT_SYMTAB, ELF::SHT_DYNSYM}, true},
    {ELF::SHT_REL, {ELF::SHT_SYMTAB, ELF::SHT_DYNSYM}, true},
    {ELF::SHT_DYNAMIC, {ELF::SHT_STRTAB, ELF::SHT_STRTAB}, false},
    {ELF::SHT_HASH, {ELF::SHT_DYNSYM, ELF::SHT_DYNSYM}, false},
    {ELF::SHT_GNU_HASH, {ELF::SHT_DYNSYM, ELF::SHT_DYNSYM}, false},
    {ELF::SHT_GNU_versym, {ELF::SHT_DYNSYM, ELF::SHT_DYNSYM}, false},
    {ELF::SHT_GNU_verdef, {ELF::SHT_STRTAB, ELF::SHT_STRTAB}, false},
    {ELF::SHT_GNU_verneed, {ELF::SHT_STRTAB, ELF::SHT_STRTAB}, false},
    {ELF::SHT_GROUP, {ELF::SHT_SYMTAB, ELF::SHT_SYMTAB}, false},
    {ELF::SHT_SYMTAB_SHNDX, {ELF::SHT_SYMTAB, ELF::SHT_SYMTAB}, false},
};

void check_typed_link(const ElfFile& file, const Section& s, Report& report) {
  for (const LinkRule& rule : kLinkRules) {
    if (rule.type != s.type || (s.link == 0 && rule.may_be_absent)) continue;
    const Section* linked = file.section_at(s.link);
    if (!linked || (linked->type != rule.linked[0] && linked->type != rule.linked[1])) {
      report.add("{}: sh_link {} is not a section of the right type", describe(s), s.link);
    }
  }
}

void check_links(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.index == 0) continue;
    check_typed_link(file, s, report);
    if (s.link >= file.sections.size()) report.add("{}: sh_link {} is no section", describe(s), s.link);
    const bool is_relocations = s.type == ELF::SHT_REL || s.type == ELF::SHT_RELA;
    const bool info_is_section = s.has(ELF::SHF_INFO_LINK) || (is_relocations && file.is_relocatable());
    if (info_is_section && !file.section_at(s.info)) report.add("{}: sh_info {} is no section", describe(s), s.info);
  }
}

struct EntrySize {
  uint32_t type;
  uint32_t size_32, size_64;
  bool may_be_zero;  // the gABI says nothing, and linkers differ
};

constexpr EntrySize kEntrySizes[] = {
    {ELF::SHT_SYMTAB, 16, 24, false},     {ELF::SHT_DYNSYM, 16, 24, false},   {ELF::SHT_RELA, 12, 24, false},
    {ELF::SHT_REL, 8, 16, false},         {ELF::SHT_DYNAMIC, 8, 16, false},   {ELF::SHT_RELR, 4, 8, false},
    {ELF::SHT_HASH, 4, 4, false},         {ELF::SHT_GNU_versym, 2, 2, false}, {ELF::SHT_SYMTAB_SHNDX, 4, 4, true},
    {ELF::SHT_GROUP, 4, 4, true},         {ELF::SHT_INIT_ARRAY, 4, 8, true},  {ELF::SHT_FINI_ARRAY, 4, 8, true},
    {ELF::SHT_PREINIT_ARRAY, 4, 8, true},
};

void check_entry_sizes(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    for (const EntrySize& rule : kEntrySizes) {
      if (rule.type != s.type) continue;
      const uint64_t expected = file.is_64 ? rule.size_64 : rule.size_32;
      if (s.entry_size != expected && !(s.entry_size == 0 && rule.may_be_zero)) {
        report.add("{}: sh_entsize is {}, must be {}", describe(s), s.entry_size, expected);
      }
      if (s.size % expected != 0) report.add("{}: size {:#x} is no multiple of {}", describe(s), s.size, expected);
    }
    if (s.has(ELF::SHF_MERGE) && s.entry_size != 0 && s.size % s.entry_size != 0) {
      report.add("{}: size {:#x} is no multiple of its sh_entsize {}", describe(s), s.size, s.entry_size);
    }
  }
}

void check_string_tables(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_STRTAB || s.contents.empty()) continue;
    if (s.contents.front() != 0) report.add("{} does not begin with NUL", describe(s));
    if (s.contents.back() != 0) report.add("{} does not end with NUL", describe(s));
  }
}

// SHF_STRINGS: NUL-terminated strings of sh_entsize-byte characters. Compressed sections are judged by their users. lld
// leaves the flags on sections of mixed contents, with sh_entsize 0: no characters are claimed then.
void check_mergeable_strings(const ElfFile& file, Report& report) {
  for (const Section& s : file.sections) {
    const bool is_strings = s.has(ELF::SHF_STRINGS) && s.has(ELF::SHF_MERGE) && !s.has(ELF::SHF_COMPRESSED);
    if (!is_strings || s.entry_size == 0 || s.contents.empty()) continue;
    const uint64_t width = std::min<uint64_t>(s.entry_size, s.contents.size());
    const Bytes last = s.contents.last(width);
    if (std::any_of(last.begin(), last.end(), [](uint8_t byte) { return byte != 0; })) {
      report.add("{} of SHF_STRINGS does not end with NUL", describe(s));
    }
  }
}

bool is_function_array(const Section& s) {
  return s.type == ELF::SHT_INIT_ARRAY || s.type == ELF::SHT_FINI_ARRAY || s.type == ELF::SHT_PREINIT_ARRAY;
}

// Words of a fixed-address executable are final; 0 and -1 are sentinels the start-up code skips.
void check_function_arrays(const ElfFile& file, Report& report) {
  if (file.type != ELF::ET_EXEC) return;
  const uint64_t minus_one = file.is_64 ? UINT64_MAX : UINT32_MAX;
  for (const Section& s : file.sections) {
    if (!is_function_array(s)) continue;
    for (uint64_t at = 0; at < s.contents.size(); at += file.word()) {
      const uint64_t function = file.read_word(s.contents, at).value_or(0);
      const Segment* load = file.load_at(function, 1);
      if (function == 0 || function == minus_one || (load && load->is_executable())) continue;
      report.add("{}+{:#x}: {:#x} is in no executable segment", describe(s), at, function);
    }
  }
}

// gABI, "Section Groups": a flag word, then indices of sections with SHF_GROUP; sh_info is the signature symbol.
void check_groups(const ElfFile& file, Report& report) {
  const SymbolTable* symbols = file.find_symbols(ELF::SHT_SYMTAB);
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_GROUP) continue;
    if (symbols && s.info >= symbols->symbols.size()) report.add("{}: signature {} is no symbol", describe(s), s.info);
    for (uint64_t at = 4; at + 4 <= s.contents.size(); at += 4) {
      const Section* member = file.section_at(read<uint32_t>(s.contents, at).value_or(0));
      if (!member) {
        report.add("{}+{:#x}: member is no section", describe(s), at);
      } else if (!member->has(ELF::SHF_GROUP)) {
        report.add("{}: member {} has no SHF_GROUP", describe(s), describe(*member));
      }
    }
  }
}

constexpr ElfRule kRules[] = {
    {"section-null", "section 0 is SHT_NULL", Scope::Both, check_null},
    {"section-range", "sections lie in the file and in the address space", Scope::Both, check_range},
    {"section-file-overlap", "no two sections, headers or tables share bytes of the file", Scope::Both,
     check_file_overlap},
    {"section-memory-overlap", "no two allocated sections share addresses (.tbss exempt)", Scope::Linked,
     check_memory_overlap},
    {"section-alignment", "sh_addralign is a power of two and addresses obey it", Scope::Both, check_alignment},
    {"section-in-load", "allocated sections lie in one PT_LOAD, at the same delta of offset and address", Scope::Linked,
     check_in_load},
    {"section-permissions", "a segment permits what its sections need", Scope::Linked, check_permissions},
    {"section-links", "sh_link and sh_info refer to sections of the right type", Scope::Both, check_links},
    {"section-entry-size", "sh_entsize is right and divides the size", Scope::Both, check_entry_sizes},
    {"string-table", "string tables begin and end with NUL", Scope::Both, check_string_tables},
    {"mergeable-strings", "sections of SHF_STRINGS end with NUL", Scope::Linked, check_mergeable_strings},
    {"function-array", "init, fini and preinit arrays of fixed executables point to code", Scope::Linked,
     check_function_arrays},
    {"section-group", "group members exist and have SHF_GROUP", Scope::Relocatable, check_groups},
};

}  // namespace

ElfRules elf_section_rules() {
  return kRules;
}

}  // namespace xld::verify
