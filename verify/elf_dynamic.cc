// Rules about the dynamic table (gABI ch. 5, "Dynamic Section"; the GNU tags as glibc reads them).
#include <algorithm>
#include <set>

#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

// A table the loader finds by a tag: where, how long, and which section it is. Size tags of 0: none.
struct TableTag {
  uint64_t tag, size_tag;
  uint32_t section_type;
  std::string_view name;
};

constexpr TableTag kTables[] = {
    {ELF::DT_HASH, 0, ELF::SHT_HASH, "DT_HASH"},
    {ELF::DT_GNU_HASH, 0, ELF::SHT_GNU_HASH, "DT_GNU_HASH"},
    {ELF::DT_STRTAB, ELF::DT_STRSZ, ELF::SHT_STRTAB, "DT_STRTAB"},
    {ELF::DT_SYMTAB, 0, ELF::SHT_DYNSYM, "DT_SYMTAB"},
    {ELF::DT_RELA, ELF::DT_RELASZ, ELF::SHT_RELA, "DT_RELA"},
    {ELF::DT_REL, ELF::DT_RELSZ, ELF::SHT_REL, "DT_REL"},
    {ELF::DT_RELR, ELF::DT_RELRSZ, ELF::SHT_RELR, "DT_RELR"},
    {ELF::DT_JMPREL, ELF::DT_PLTRELSZ, 0, "DT_JMPREL"},
    {ELF::DT_PLTGOT, 0, 0, "DT_PLTGOT"},
    {ELF::DT_INIT, 0, 0, "DT_INIT"},
    {ELF::DT_FINI, 0, 0, "DT_FINI"},
    {ELF::DT_INIT_ARRAY, ELF::DT_INIT_ARRAYSZ, ELF::SHT_INIT_ARRAY, "DT_INIT_ARRAY"},
    {ELF::DT_FINI_ARRAY, ELF::DT_FINI_ARRAYSZ, ELF::SHT_FINI_ARRAY, "DT_FINI_ARRAY"},
    {ELF::DT_PREINIT_ARRAY, ELF::DT_PREINIT_ARRAYSZ, ELF::SHT_PREINIT_ARRAY, "DT_PREINIT_ARRAY"},
    {ELF::DT_VERSYM, 0, ELF::SHT_GNU_versym, "DT_VERSYM"},
    {ELF::DT_VERNEED, 0, ELF::SHT_GNU_verneed, "DT_VERNEED"},
    {ELF::DT_VERDEF, 0, ELF::SHT_GNU_verdef, "DT_VERDEF"},
};

void check_terminator(const ElfFile& file, Report& report) {
  const Segment* dynamic = file.find_segment(ELF::PT_DYNAMIC);
  if (dynamic && !file.dynamic_is_terminated) report.add("{} has no DT_NULL", describe(*dynamic));
}

// Segment and section describe the same table.
void check_section(const ElfFile& file, Report& report) {
  const Segment* dynamic = file.find_segment(ELF::PT_DYNAMIC);
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_DYNAMIC) continue;
    if (!dynamic) {
      report.add("{} exists, PT_DYNAMIC does not", describe(s));
    } else if (s.address != dynamic->address || s.size != dynamic->memory_size) {
      report.add("{} at {:#x}, size {:#x}, is not {} at {:#x}, size {:#x}", describe(s), s.address, s.size,
                 describe(*dynamic), dynamic->address, dynamic->memory_size);
    }
  }
}

void check_unique(const ElfFile& file, Report& report) {
  static constexpr uint64_t kRepeatable[] = {ELF::DT_NEEDED, ELF::DT_AUXILIARY, ELF::DT_FILTER};
  std::set<uint64_t> seen;
  for (const DynamicEntry& entry : file.dynamic) {
    const bool may_repeat =
        std::find(std::begin(kRepeatable), std::end(kRepeatable), entry.tag) != std::end(kRepeatable);
    if (!seen.insert(entry.tag).second && !may_repeat) report.add("tag {:#x} occurs twice", entry.tag);
  }
}

void check_addresses(const ElfFile& file, Report& report) {
  for (const TableTag& table : kTables) {
    const auto address = file.dynamic_value(table.tag);
    if (!address) continue;
    const uint64_t size = table.size_tag != 0 ? file.dynamic_value(table.size_tag).value_or(0) : 1;
    // An empty table may be named with any address.
    if (size != 0 && !file.load_at(*address, size)) {
      report.add("{} {:#x}, size {:#x}, is inside no PT_LOAD", table.name, *address, size);
    }
    if (table.size_tag != 0 && !file.dynamic_value(table.size_tag)) report.add("{} has no size tag", table.name);
  }
}

const Section* section_at_address(const ElfFile& file, uint64_t address, uint32_t type) {
  for (const Section& s : file.sections) {
    if (s.type == type && s.is_alloc() && s.address == address) return &s;
  }
  return nullptr;
}

// GNU ld and gold may let DT_RELASZ reach over .rela.plt when the two are adjacent, so sizes may exceed one section up
// to the end of a later one of the same type.
bool ends_with_section(const ElfFile& file, uint64_t end, uint32_t type) {
  return std::any_of(file.sections.begin(), file.sections.end(),
                     [&](const Section& s) { return s.type == type && s.is_alloc() && s.address + s.size == end; });
}

void check_sizes(const ElfFile& file, Report& report) {
  if (file.sections.empty()) return;
  for (const TableTag& table : kTables) {
    const auto address = file.dynamic_value(table.tag);
    if (!address || table.section_type == 0) continue;
    const auto size = table.size_tag != 0 ? file.dynamic_value(table.size_tag) : std::nullopt;
    if (size == 0u) continue;
    if (!section_at_address(file, *address, table.section_type)) {
      report.add("{} {:#x} is not where a section of its type starts", table.name, *address);
    } else if (size && !ends_with_section(file, *address + *size, table.section_type)) {
      report.add("{} {:#x}, size {:#x}, does not end where a section of its type ends", table.name, *address, *size);
    }
  }
}

struct SizeTag {
  uint64_t tag;
  uint32_t size_32, size_64;
  std::string_view name;
};

constexpr SizeTag kEntrySizes[] = {
    {ELF::DT_SYMENT, 16, 24, "DT_SYMENT"},
    {ELF::DT_RELAENT, 12, 24, "DT_RELAENT"},
    {ELF::DT_RELENT, 8, 16, "DT_RELENT"},
    {ELF::DT_RELRENT, 4, 8, "DT_RELRENT"},
};

void check_entry_sizes(const ElfFile& file, Report& report) {
  for (const SizeTag& rule : kEntrySizes) {
    const auto size = file.dynamic_value(rule.tag);
    const uint32_t expected = file.is_64 ? rule.size_64 : rule.size_32;
    if (size && *size != expected) report.add("{} is {}, must be {}", rule.name, *size, expected);
  }
  const auto kind = file.dynamic_value(ELF::DT_PLTREL);
  if (kind && *kind != ELF::DT_REL && *kind != ELF::DT_RELA) report.add("DT_PLTREL is {:#x}", *kind);
  if (file.dynamic_value(ELF::DT_JMPREL) && !kind) report.add("DT_JMPREL without DT_PLTREL");
}

void check_code_pointers(const ElfFile& file, Report& report) {
  for (const uint64_t tag : {uint64_t{ELF::DT_INIT}, uint64_t{ELF::DT_FINI}}) {
    const auto address = file.dynamic_value(tag);
    const Segment* load = address ? file.load_at(*address, 1) : nullptr;
    if (load && !load->is_executable()) {
      report.add("{} {:#x} is not executable", tag == ELF::DT_INIT ? "DT_INIT" : "DT_FINI", *address);
    }
  }
}

constexpr uint64_t kStringTags[] = {ELF::DT_NEEDED,  ELF::DT_SONAME, ELF::DT_RPATH,
                                    ELF::DT_RUNPATH, ELF::DT_FILTER, ELF::DT_AUXILIARY};

void check_strings(const ElfFile& file, Report& report) {
  const auto address = file.dynamic_value(ELF::DT_STRTAB);
  const auto size = file.dynamic_value(ELF::DT_STRSZ);
  const auto strings = address && size ? file.bytes_at(*address, *size) : std::nullopt;
  for (const DynamicEntry& entry : file.dynamic) {
    if (std::find(std::begin(kStringTags), std::end(kStringTags), entry.tag) == std::end(kStringTags)) continue;
    if (!strings || !c_string_at(*strings, entry.value)) {
      report.add("tag {:#x} names a string at {:#x}, outside DT_STRTAB", entry.tag, entry.value);
    }
  }
  if (!file.dynamic.empty() && address && size && !strings)
    report.add("DT_STRTAB {:#x} has no bytes in the file", *address);
}

constexpr ElfRule kRules[] = {
    {"dynamic-terminator", "the dynamic table ends with DT_NULL", Scope::Linked, check_terminator},
    {"dynamic-section", ".dynamic and PT_DYNAMIC are the same range", Scope::Linked, check_section},
    {"dynamic-unique", "no tag occurs twice that may occur once", Scope::Linked, check_unique},
    {"dynamic-address", "tables named by tags are loaded, and have a size tag", Scope::Linked, check_addresses},
    {"dynamic-size", "address and size tags agree with the sections", Scope::Linked, check_sizes},
    {"dynamic-entry-size", "entry-size tags are those of the class; DT_PLTREL is sane", Scope::Linked,
     check_entry_sizes},
    {"dynamic-code", "DT_INIT and DT_FINI point to code", Scope::Linked, check_code_pointers},
    {"dynamic-string", "strings named by tags lie in DT_STRTAB", Scope::Linked, check_strings},
};

}  // namespace

ElfRules elf_dynamic_rules() {
  return kRules;
}

}  // namespace xld::verify
