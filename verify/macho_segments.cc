// Rules about segments and sections: xnu's mach_loader maps them, dyld (MachOAnalyzer, Header) checks them again, strip
// and codesign take them for granted.
#include <algorithm>

#include "verify/elf_file.h"
#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

void check_range(const MachoFile& file, Report& report) {
  for (const MachoSegment& s : file.segments) {
    if (s.end() < s.address) report.add("{}: wraps around", describe(s));
    if (s.memory_size != 0 && s.file_size > s.memory_size) {
      report.add("{}: file size {:#x}, memory size {:#x}", describe(s), s.file_size, s.memory_size);
    }
    if (s.memory_size != 0 && s.address % file.page() != 0)
      report.add("{}: address {:#x} is not on a page", describe(s), s.address);
    if (s.file_size != 0 && s.memory_size != 0 && s.offset % file.page() != 0) {
      report.add("{}: offset {:#x} is not on a page", describe(s), s.offset);
    }
  }
}

void check_overlap(const MachoFile& file, Report& report) {
  for (size_t i = 0; i < file.segments.size(); i++) {
    for (size_t j = i + 1; j < file.segments.size(); j++) {
      const MachoSegment &a = file.segments[i], &b = file.segments[j];
      if (a.name == b.name) report.add("{}: two of that name", describe(a));
      if (a.memory_size && b.memory_size && a.address < b.end() && b.address < a.end()) {
        report.add("{} and {} overlap in memory", describe(a), describe(b));
      }
      if (a.file_size && b.file_size && a.offset < b.offset + b.file_size && b.offset < a.offset + a.file_size) {
        report.add("{} and {} overlap in the file", describe(a), describe(b));
      }
    }
  }
}

// Load commands in the order of the layout: dyld from SDK 10.15 on. What is not mapped (__DWARF) does not count.
void check_order(const MachoFile& file, Report& report) {
  const MachoSegment* last = nullptr;
  for (const MachoSegment& s : file.segments) {
    if (s.memory_size == 0) continue;
    if (last && (s.address < last->address || (s.file_size && last->file_size && s.offset < last->offset))) {
      report.add("{} comes after {}, but lies in front of it", describe(s), describe(*last));
    }
    last = &s;
  }
}

void check_header_segment(const MachoFile& file, Report& report) {
  const uint64_t header = (file.is_64 ? 32 : 28) + uint64_t{file.commands_size};
  size_t count = 0;
  for (const MachoSegment& s : file.segments) {
    if (s.offset != 0 || s.file_size == 0) continue;
    count++;
    if ((s.initial & (MachO::VM_PROT_READ | MachO::VM_PROT_EXECUTE)) != 5)
      report.add("{} holds the header, but is not r-x", describe(s));
    if (s.file_size < header) report.add("{} does not hold all load commands", describe(s));
    for (size_t i = 0; i < s.section_count; i++) {
      const MachoSection& section = file.sections[s.first_section + i];
      if (section.size != 0 && !section.is_zero_fill() && section.offset < header) {
        report.add("{}: offset {:#x} is inside the load commands", describe(section), section.offset);
      }
    }
  }
  if (count != 1) report.add("{} segments hold the header instead of one", count);
}

void check_page_zero(const MachoFile& file, Report& report) {
  const MachoSegment* zero = file.find_segment("__PAGEZERO");
  if (!zero) {
    const bool is_needed = file.is_executable() && file.is_64 && (file.flags & MachO::MH_DYLDLINK) != 0;
    return is_needed ? report.add("no __PAGEZERO") : void();
  }
  if (zero != &file.segments.front() || zero->address != 0 || zero->file_size != 0 || zero->initial != 0 ||
      zero->maximum != 0) {
    report.add("__PAGEZERO is not the first, at 0, empty and inaccessible");
  }
  if (file.is_arm64() && zero->memory_size < (uint64_t{1} << 32))
    report.add("__PAGEZERO is smaller than 4 GiB on arm64");
}

void check_protection(const MachoFile& file, Report& report) {
  constexpr uint32_t kWriteExecute = MachO::VM_PROT_WRITE | MachO::VM_PROT_EXECUTE;
  size_t read_only_count = 0;
  for (const MachoSegment& s : file.segments) {
    if ((s.initial & ~s.maximum) != 0)
      report.add("{}: initial protection {:#x} exceeds maximum {:#x}", describe(s), s.initial, s.maximum);
    constexpr uint32_t kAll = MachO::VM_PROT_READ | MachO::VM_PROT_WRITE | MachO::VM_PROT_EXECUTE, kFlags = 0x1f;
    if ((s.maximum & ~kAll) != 0) report.add("{}: maximum protection {:#x}", describe(s), s.maximum);
    if (s.is_writable() && (s.initial & MachO::VM_PROT_READ) == 0)
      report.add("{} can be written, and not read", describe(s));
    if ((s.flags & ~kFlags) != 0) report.add("{}: unknown flags {:#x}", describe(s), s.flags);
    // i386 jump tables change; everything else is either written or run.
    const bool may_change = s.name == "__IMPORT" || report.settings().allow_rwx;
    if ((s.initial & kWriteExecute) == kWriteExecute && !may_change)
      report.add("{} is writable and executable", describe(s));
    if (s.name == "__TEXT" && file.type != MachO::MH_PRELOAD && s.initial != 5 && !report.settings().allow_rwx)
      report.add("__TEXT has protection {:#x}, not r-x", s.initial);
    if (s.name == "__LINKEDIT" && s.initial != MachO::VM_PROT_READ)
      report.add("__LINKEDIT has protection {:#x}, not r--", s.initial);
    if ((s.flags & MachO::SG_READ_ONLY) != 0) read_only_count++;
    if ((s.flags & MachO::SG_READ_ONLY) != 0 && !s.is_writable())
      report.add("{} has SG_READ_ONLY and cannot be written", describe(s));
    if (s.name == "__DATA_CONST" && (s.flags & MachO::SG_READ_ONLY) == 0 && file.sdk >= version_number(15, 4)) {
      report.add("__DATA_CONST lacks SG_READ_ONLY");
    }
  }
  if (read_only_count > 1) report.add("{} segments have SG_READ_ONLY: xnu wants at most one", read_only_count);
}

void check_sections(const MachoFile& file, Report& report) {
  for (const MachoSegment& s : file.segments) {
    const MachoSection* last = nullptr;
    for (size_t i = 0; i < s.section_count; i++) {
      const MachoSection& section = file.sections[s.first_section + i];
      if (!file.is_object() && section.segment != s.name) report.add("{} is in {}", describe(section), describe(s));
      if (!is_inside(section.address, section.size, s.address, s.memory_size) && s.memory_size != 0) {
        report.add("{}: address {:#x}, size {:#x}, outside {}", describe(section), section.address, section.size,
                   describe(s));
      }
      if (section.alignment > 15 || section.address % (uint64_t{1} << std::min(section.alignment, 15U)) != 0) {
        report.add("{}: address {:#x} is not aligned to 2^{}", describe(section), section.address, section.alignment);
      }
      if (!section.is_zero_fill() && section.size != 0) {
        if (s.memory_size != 0 && section.offset - s.offset != section.address - s.address) {
          report.add("{}: offset {:#x} and address {:#x} disagree with {}", describe(section), section.offset,
                     section.address, describe(s));
        }
        if (!is_inside(section.offset, section.size, s.offset, s.file_size))
          report.add("{} is outside the file part of {}", describe(section), describe(s));
        if (last && last->is_zero_fill() && !file.is_object() && last->size != 0)
          report.add("{} lies behind zero-fill", describe(section));
      }
      if (section.size != 0) last = &section;
    }
  }
}

struct KnownSection {
  std::string_view name;
  uint8_t type;
};
constexpr KnownSection kKnownSections[] = {
    {"__text", MachO::S_REGULAR},
    {"__cstring", MachO::S_CSTRING_LITERALS},
    {"__literal4", MachO::S_4BYTE_LITERALS},
    {"__literal8", MachO::S_8BYTE_LITERALS},
    {"__literal16", MachO::S_16BYTE_LITERALS},
    {"__bss", MachO::S_ZEROFILL},
    {"__common", MachO::S_ZEROFILL},
    {"__stubs", MachO::S_SYMBOL_STUBS},
    {"__got", MachO::S_NON_LAZY_SYMBOL_POINTERS},
    {"__la_symbol_ptr", MachO::S_LAZY_SYMBOL_POINTERS},
    {"__nl_symbol_ptr", MachO::S_NON_LAZY_SYMBOL_POINTERS},
    {"__mod_init_func", MachO::S_MOD_INIT_FUNC_POINTERS},
    {"__mod_term_func", MachO::S_MOD_TERM_FUNC_POINTERS},
    {"__init_offsets", MachO::S_INIT_FUNC_OFFSETS},
    {"__thread_vars", MachO::S_THREAD_LOCAL_VARIABLES},
    {"__thread_ptrs", MachO::S_THREAD_LOCAL_VARIABLE_POINTERS},
    {"__thread_data", MachO::S_THREAD_LOCAL_REGULAR},
    {"__thread_bss", MachO::S_THREAD_LOCAL_ZEROFILL},
};

// The loader goes by types and tools by names; fields that a type has no use for are 0.
void check_section_types(const MachoFile& file, Report& report) {
  constexpr uint32_t kAttributes = MachO::SECTION_ATTRIBUTES_USR | MachO::SECTION_ATTRIBUTES_SYS;
  for (const MachoSection& s : file.sections) {
    const auto* known = std::find_if(std::begin(kKnownSections), std::end(kKnownSections),
                                     [&](const KnownSection& k) { return k.name == s.name; });
    // Go and others have read-only data of all kinds under names of their own; those here are the linkers'.
    const bool is_theirs = s.segment.starts_with("__TEXT") || s.segment.starts_with("__DATA");
    if (known != std::end(kKnownSections) && is_theirs && s.type() != known->type)
      report.add("{} has type {:#x} instead of {:#x}", describe(s), s.type(), known->type);
    if (s.type() > MachO::LAST_KNOWN_SECTION_TYPE || (s.flags & ~(kAttributes | MachO::SECTION_TYPE)) != 0)
      report.add("{}: flags {:#x}", describe(s), s.flags);
    if (s.name == "__text" && !s.has_code()) report.add("{} has code, and does not say so", describe(s));
    const bool is_indirect = s.type() >= MachO::S_NON_LAZY_SYMBOL_POINTERS && s.type() <= MachO::S_SYMBOL_STUBS;
    const bool has_words = is_indirect || s.type() == MachO::S_THREAD_LOCAL_VARIABLE_POINTERS ||
                           s.type() == MachO::S_LAZY_DYLIB_SYMBOL_POINTERS;
    if (!has_words && s.reserved1 != 0)
      report.add("{}: {:#x} where others have their indirect symbols", describe(s), s.reserved1);
    if (s.type() != MachO::S_SYMBOL_STUBS && s.reserved2 != 0)
      report.add("{}: {:#x} where stubs have their size", describe(s), s.reserved2);
  }
}

// In objects zero-fill sections may lie between others, so that the order of the commands does not tell.
void check_section_overlap(const MachoFile& file, Report& report) {
  std::vector<const MachoSection*> sections;
  for (const MachoSection& s : file.sections) {
    if (s.size != 0) sections.push_back(&s);
  }
  std::stable_sort(sections.begin(), sections.end(),
                   [](const MachoSection* a, const MachoSection* b) { return a->address < b->address; });
  for (size_t i = 1; i < sections.size(); i++) {
    if (sections[i]->address < sections[i - 1]->address + sections[i - 1]->size) {
      report.add("{} overlaps {}", describe(*sections[i]), describe(*sections[i - 1]));
    }
  }
}

// The template of thread-local variables is one piece: data, then zero-fill.
void check_thread_local(const MachoFile& file, Report& report) {
  uint64_t start = UINT64_MAX, end = 0;
  const auto is_template = [](const MachoSection& s) {
    return (s.type() == MachO::S_THREAD_LOCAL_REGULAR || s.type() == MachO::S_THREAD_LOCAL_ZEROFILL) && s.size != 0;
  };
  for (const MachoSection& s : file.sections) {
    if (!is_template(s)) continue;
    start = std::min(start, s.address);
    end = std::max(end, s.address + s.size);
  }
  for (const MachoSection& s : file.sections) {
    if (end > start && s.size != 0 && !is_template(s) && s.address >= start && s.address < end) {
      report.add("{} lies inside the thread-local template", describe(s));
    }
    if (s.type() != MachO::S_THREAD_LOCAL_VARIABLES || s.size == 0) continue;
    if ((file.flags & MachO::MH_HAS_TLV_DESCRIPTORS) == 0) report.add("{}, but no MH_HAS_TLV_DESCRIPTORS", describe(s));
    if (s.size % (3 * file.word()) != 0)
      report.add("{}: size {:#x} is no multiple of a descriptor", describe(s), s.size);
    for (uint64_t at = 0; at + 3 * file.word() <= s.size; at += 3 * file.word()) {
      if (file.word_at(s.address + at + file.word()).value_or(0) != 0)
        report.add("{}: the descriptor at {:#x} has a key already", describe(s), s.address + at);
      const auto stored = file.word_at(s.address + at + 2 * file.word());
      const uint64_t offset = stored.value_or(UINT64_MAX);
      if (end <= start || offset >= end - start) {
        report.add("{}: the descriptor at {:#x} has offset {:#x}, the template {:#x} bytes", describe(s),
                   s.address + at, offset, end > start ? end - start : 0);
      }
      if (!stored) break;  // the rest is outside the file as well
    }
  }
}

// The end of the file: codesign appends to it, strip rewrites it.
void check_linkedit_segment(const MachoFile& file, Report& report) {
  const MachoSegment* linkedit = file.find_segment("__LINKEDIT");
  if (!linkedit) return file.parts.empty() ? void() : report.add("there are tables, but no __LINKEDIT");
  if (linkedit->offset + linkedit->file_size != file.bytes.size()) {
    report.add("__LINKEDIT ends at {:#x}, the file at {:#x}", linkedit->offset + linkedit->file_size,
               file.bytes.size());
  }
  for (const MachoSegment& s : file.segments) {
    if (&s != linkedit && s.file_size != 0 && s.offset >= linkedit->offset)
      report.add("{} lies behind __LINKEDIT in the file", describe(s));
    if (&s != linkedit && s.memory_size != 0 && s.address >= linkedit->address)
      report.add("{} lies behind __LINKEDIT in memory", describe(s));
  }
}

constexpr MachoRule kRules[] = {
    {"macho-segment-range", "segments lie on pages; file size <= memory size", Scope::Linked, check_range},
    {"macho-segment-overlap", "segments overlap neither in memory nor in the file; names differ", Scope::Linked,
     check_overlap},
    {"macho-segment-order", "segments are in the order of their addresses and offsets", Scope::Linked, check_order},
    {"macho-header-segment", "one segment, r-x, holds header and load commands, in front of its sections",
     Scope::Linked, check_header_segment},
    {"macho-page-zero", "__PAGEZERO is first, at 0, empty, inaccessible, and large on arm64", Scope::Linked,
     check_page_zero},
    {"macho-protection",
     "no segment is written and run; __TEXT r-x, __LINKEDIT r--, SG_READ_ONLY once and where it belongs (see "
     "--allow-rwx)",
     Scope::Linked, check_protection},
    {"macho-sections", "sections lie in their segments in order, aligned, zero-fill last", Scope::Both, check_sections},
    {"macho-section-types", "sections have the types of their names; what a type has no use for is 0", Scope::Linked,
     check_section_types},
    {"macho-section-overlap", "sections do not overlap", Scope::Both, check_section_overlap},
    {"macho-thread-local", "thread-local descriptors point into the template, which is one piece", Scope::Linked,
     check_thread_local},
    {"macho-linkedit-segment", "__LINKEDIT is last and ends with the file", Scope::Linked, check_linkedit_segment},
};

}  // namespace

MachoRules macho_segment_rules() {
  return kRules;
}

}  // namespace xld::verify
