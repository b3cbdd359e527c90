// Rules about the ELF header and the tables it points to (gABI ch. 4, "ELF Header").
#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

void check_readable(const ElfFile& file, Report& report) {
  for (const std::string& error : file.read_errors) report.add("{}", error);
}

void check_identification(const ElfFile& file, Report& report) {
  if (file.bytes[ELF::EI_VERSION] != ELF::EV_CURRENT) report.add("EI_VERSION is {}", file.bytes[ELF::EI_VERSION]);
  for (size_t i = ELF::EI_PAD; i < ELF::EI_NIDENT; i++) {
    if (file.bytes[i] != 0) report.add("padding byte {} of e_ident is {:#x}, not 0", i, file.bytes[i]);
  }
  const uint32_t version = read<uint32_t>(file.bytes, 20).value_or(0);
  if (version != ELF::EV_CURRENT) report.add("e_version is {}", version);
  if (file.type != ELF::ET_REL && file.type != ELF::ET_EXEC && file.type != ELF::ET_DYN) {
    report.add("e_type {:#x} is neither ET_REL, ET_EXEC nor ET_DYN", file.type);
  }
}

// x32 files (EM_X86_64 in ELFCLASS32) are not made by xld; they are let through as the ABI allows them.
void check_machine(const ElfFile& file, Report& report) {
  if (!file.is_x86()) report.add("e_machine {} is neither x86-64 nor i386", file.machine);
  if (file.machine == ELF::EM_386 && file.is_64) report.add("an i386 file of class ELFCLASS64");
}

void check_header_sizes(const ElfFile& file, Report& report) {
  const uint32_t header = file.is_64 ? 64 : 52;
  const uint32_t segment = file.is_64 ? 56 : 32;
  const uint32_t section = file.is_64 ? 64 : 40;
  if (file.header_size != header) report.add("e_ehsize is {}, must be {}", file.header_size, header);
  if (file.segment_count != 0 && file.segment_entry_size != segment) {
    report.add("e_phentsize is {}, must be {}", file.segment_entry_size, segment);
  }
  if (file.section_count != 0 && file.section_entry_size != section) {
    report.add("e_shentsize is {}, must be {}", file.section_entry_size, section);
  }
}

void check_tables(const ElfFile& file, Report& report) {
  const uint64_t size = file.bytes.size();
  const uint64_t segments = uint64_t{file.segment_count} * file.segment_entry_size;
  const uint64_t sections = uint64_t{file.section_count} * file.section_entry_size;
  if (!is_inside(file.segment_table, segments, 0, size)) {
    report.add("program headers at {:#x}, size {:#x}, outside the file of {:#x} bytes", file.segment_table, segments,
               size);
  }
  if (!is_inside(file.section_table, sections, 0, size)) {
    report.add("section headers at {:#x}, size {:#x}, outside the file of {:#x} bytes", file.section_table, sections,
               size);
  }
  if (file.segment_count != 0 && file.segment_table % file.word() != 0) {
    report.add("program headers at {:#x} are not aligned to {}", file.segment_table, file.word());
  }
  if (file.section_count != 0 && file.section_table % file.word() != 0) {
    report.add("section headers at {:#x} are not aligned to {}", file.section_table, file.word());
  }
}

void check_section_names(const ElfFile& file, Report& report) {
  if (file.sections.empty()) return;
  const Section* names = file.section_at(file.section_name_table);
  if (!names) return report.add("e_shstrndx {} is no section", file.section_name_table);
  if (names->type != ELF::SHT_STRTAB) report.add("e_shstrndx names {}, which is no string table", describe(*names));
  for (const Section& section : file.sections) {
    if (!c_string_at(names->contents, section.name_offset)) {
      report.add("section [{}] has its name at {:#x}, outside the section name table", section.index,
                 section.name_offset);
    }
  }
}

constexpr ElfRule kRules[] = {
    {"readable", "every table of the file can be decoded", Scope::Both, check_readable},
    {"header-identification", "versions, padding and e_type have known values", Scope::Both, check_identification},
    {"header-machine", "x86-64 or i386, with the class that belongs to it", Scope::Both, check_machine},
    {"header-sizes", "e_ehsize, e_phentsize and e_shentsize are those of the class", Scope::Both, check_header_sizes},
    {"header-tables", "program and section headers lie in the file, aligned", Scope::Both, check_tables},
    {"section-names", "e_shstrndx is a string table that holds every section's name", Scope::Both, check_section_names},
};

}  // namespace

ElfRules elf_header_rules() {
  return kRules;
}

}  // namespace xld::verify
