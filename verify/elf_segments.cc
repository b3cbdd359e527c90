// Rules about program headers: what a kernel and a loader rely on (gABI ch. 5, "Program Header"; the Linux extensions
// PT_GNU_*; Drepper's TLS paper §3 for PT_TLS).
#include <algorithm>
#include <vector>

#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

constexpr uint64_t kPage = 0x1000;

void check_range(const ElfFile& file, Report& report) {
  for (const Segment& s : file.segments) {
    if (!is_inside(s.offset, s.file_size, 0, file.bytes.size())) {
      report.add("{}: offset {:#x}, size {:#x}, outside the file of {:#x} bytes", describe(s), s.offset, s.file_size,
                 file.bytes.size());
    }
    if (s.address + s.memory_size < s.address) {
      report.add("{}: address {:#x} + size {:#x} wraps around", describe(s), s.address, s.memory_size);
    }
    // Linkers leave p_memsz of segments without memory at 0 (PT_GNU_STACK carries a size at will).
    if (s.is_load() && s.file_size > s.memory_size) {
      report.add("{}: file size {:#x} exceeds memory size {:#x}", describe(s), s.file_size, s.memory_size);
    }
  }
}

// gABI: p_vaddr and p_offset are congruent modulo p_align; 0 and 1 mean no alignment. GNU ld writes arbitrary offsets
// into an empty PT_TLS or PT_GNU_RELRO, so segments without bytes in the file are let off the congruence.
void check_alignment(const ElfFile& file, Report& report) {
  for (const Segment& s : file.segments) {
    if (s.alignment <= 1) continue;
    if (!is_power_of_two(s.alignment)) {
      report.add("{}: alignment {:#x} is no power of two", describe(s), s.alignment);
    } else if (s.is_load() && (s.offset - s.address) % s.alignment != 0) {
      report.add("{}: offset {:#x} and address {:#x} differ modulo the alignment {:#x}", describe(s), s.offset,
                 s.address, s.alignment);
    } else if (!s.is_load() && s.file_size != 0 && s.address % s.alignment != 0 && s.type != ELF::PT_GNU_RELRO) {
      report.add("{}: address {:#x} is not aligned to {:#x}", describe(s), s.address, s.alignment);
    }
  }
}

void check_load_order(const ElfFile& file, Report& report) {
  const Segment* previous = nullptr;
  for (const Segment& s : file.segments) {
    if (!s.is_load()) continue;
    if (previous && s.address < previous->address) {
      report.add("{} at {:#x} follows {} at {:#x}: PT_LOADs must ascend", describe(s), s.address, describe(*previous),
                 previous->address);
    } else if (previous && s.address - previous->address < previous->memory_size) {
      report.add("{} at {:#x} overlaps {}, which ends at {:#x}", describe(s), s.address, describe(*previous),
                 previous->address + previous->memory_size);
    }
    previous = &s;
  }
  if (!previous && !file.segments.empty()) report.add("no PT_LOAD: nothing would be loaded");
}

// Two segments may show the same file page, never the same bytes: a write through one would be seen or lost in the
// other.
void check_file_overlap(const ElfFile& file, Report& report) {
  std::vector<const Segment*> loads;
  for (const Segment& s : file.segments) {
    if (s.is_load() && s.file_size != 0) loads.push_back(&s);
  }
  std::sort(loads.begin(), loads.end(), [](auto* a, auto* b) { return a->offset < b->offset; });
  for (size_t i = 1; i < loads.size(); i++) {
    if (loads[i]->offset - loads[i - 1]->offset >= loads[i - 1]->file_size) continue;
    report.add("{} at file offset {:#x} overlaps {} at {:#x}, size {:#x}", describe(*loads[i]), loads[i]->offset,
               describe(*loads[i - 1]), loads[i - 1]->offset, loads[i - 1]->file_size);
  }
}

constexpr uint32_t kUniqueTypes[] = {
    ELF::PT_DYNAMIC,      ELF::PT_INTERP,    ELF::PT_PHDR,      ELF::PT_TLS,
    ELF::PT_GNU_EH_FRAME, ELF::PT_GNU_STACK, ELF::PT_GNU_RELRO, ELF::PT_GNU_PROPERTY,
};

void check_unique(const ElfFile& file, Report& report) {
  for (const uint32_t type : kUniqueTypes) {
    const Segment* first = nullptr;
    for (const Segment& s : file.segments) {
      if (s.type != type) continue;
      if (first) report.add("{} is a second one after [{}]", describe(s), first->index);
      if (!first) first = &s;
    }
  }
}

// gABI: PT_PHDR and PT_INTERP precede all PT_LOADs.
void check_leading(const ElfFile& file, Report& report) {
  bool seen_load = false;
  for (const Segment& s : file.segments) {
    seen_load |= s.is_load();
    if (seen_load && (s.type == ELF::PT_PHDR || s.type == ELF::PT_INTERP)) {
      report.add("{} must precede every PT_LOAD", describe(s));
    }
  }
}

constexpr uint32_t kLoadedTypes[] = {
    ELF::PT_DYNAMIC, ELF::PT_INTERP,       ELF::PT_NOTE,      ELF::PT_PHDR,
    ELF::PT_TLS,     ELF::PT_GNU_EH_FRAME, ELF::PT_GNU_RELRO, ELF::PT_GNU_PROPERTY,
};

// The part of PT_TLS beyond its file size is not in the image: each thread gets it fresh.
uint64_t loaded_size(const Segment& s) {
  return s.type == ELF::PT_TLS ? s.file_size : s.memory_size;
}

// GNU ld lets PT_GNU_RELRO run to the end of the last page of its PT_LOAD, which is what the loader protects.
const Segment* load_around(const ElfFile& file, const Segment& s) {
  const Segment* load = file.load_at(s.address, s.type == ELF::PT_GNU_RELRO ? 1 : loaded_size(s));
  if (!load || s.type != ELF::PT_GNU_RELRO) return load;
  const uint64_t end = align_up(load->address + load->memory_size, kPage);
  return is_inside(s.address, s.memory_size, load->address, end - load->address) ? load : nullptr;
}

// PT_NOTE of address 0 is a note that is not loaded, as debug files and some kernels have it.
void check_inside_load(const ElfFile& file, Report& report) {
  for (const Segment& s : file.segments) {
    if (std::find(std::begin(kLoadedTypes), std::end(kLoadedTypes), s.type) == std::end(kLoadedTypes)) continue;
    if (s.memory_size == 0 || (s.type == ELF::PT_NOTE && s.address == 0)) continue;
    const Segment* load = load_around(file, s);
    if (!load) {
      report.add("{}: address {:#x}, size {:#x}, is inside no PT_LOAD", describe(s), s.address, loaded_size(s));
    } else if (s.file_size != 0 && s.offset - load->offset != s.address - load->address) {
      report.add("{}: file offset {:#x} and address {:#x} disagree with {} (offset {:#x}, address {:#x})", describe(s),
                 s.offset, s.address, describe(*load), load->offset, load->address);
    }
  }
}

void check_write_or_execute(const ElfFile& file, Report& report) {
  if (report.settings().allow_rwx) return;
  for (const Segment& s : file.segments) {
    if ((s.is_load() || s.type == ELF::PT_GNU_STACK) && s.is_writable() && s.is_executable()) {
      report.add("{} is writable and executable", describe(s));
    }
  }
}

// Kernels start before memory is mapped: their entry may be a physical address.
bool is_physical_entry(const ElfFile& file) {
  return std::any_of(file.segments.begin(), file.segments.end(), [&](const Segment& s) {
    return s.is_load() && s.is_executable() && s.physical_address != s.address &&
           is_inside(file.entry, 1, s.physical_address, s.memory_size);
  });
}

// Shared objects need no entry: 0 is none.
void check_entry(const ElfFile& file, Report& report) {
  const bool needs_entry = file.type == ELF::ET_EXEC || file.find_segment(ELF::PT_INTERP);
  if (file.entry == 0 && !needs_entry) return;
  const Segment* load = file.load_at(file.entry, 1);
  if ((!load || !load->is_executable()) && !is_physical_entry(file))
    report.add("entry {:#x} is in no executable PT_LOAD", file.entry);
}

// lld drops an empty PT_LOAD after PT_PHDR has been given its size; readers count by e_phnum, so more is let through.
void check_header_segment(const ElfFile& file, Report& report) {
  const Segment* s = file.find_segment(ELF::PT_PHDR);
  if (!s) return;
  const uint64_t size = uint64_t{file.segment_count} * file.segment_entry_size;
  if (s->offset != file.segment_table || s->file_size < size) {
    report.add("{}: offset {:#x}, size {:#x}, but the program headers are at {:#x}, size {:#x}", describe(*s),
               s->offset, s->file_size, file.segment_table, size);
  }
}

void check_interpreter(const ElfFile& file, Report& report) {
  const Segment* s = file.find_segment(ELF::PT_INTERP);
  if (!s || s->contents.empty()) return;
  const auto path = c_string_at(s->contents, 0);
  if (!path || path->empty() || path->size() + 1 != s->contents.size()) {
    report.add("{} is not one NUL-terminated path", describe(*s));
  }
}

// The loader protects whole pages: [round down(start), round down(end)). What it protects must all be RELRO, or the
// program dies at its first write; the start of the segment has no data before it to lose.
void check_relro(const ElfFile& file, Report& report) {
  const Segment* relro = file.find_segment(ELF::PT_GNU_RELRO);
  if (!relro || relro->memory_size == 0) return;
  const Segment* load = file.load_at(relro->address, relro->memory_size);
  if (load && !load->is_writable()) report.add("{} lies in {}, which is read-only", describe(*relro), describe(*load));
  const uint64_t start = relro->address & ~(kPage - 1);
  const uint64_t end = (relro->address + relro->memory_size) & ~(kPage - 1);
  for (const Section& section : file.sections) {
    if (!section.occupies_memory() || !section.has(ELF::SHF_WRITE)) continue;
    const uint64_t exempt = section.name == ".got.plt" ? 3 * file.word() : 0;
    const bool is_protected = section.address + exempt < end && section.address + section.size > start;
    if (is_protected && !is_inside(section.address, section.size, relro->address, relro->memory_size)) {
      report.add("{} at {:#x} shares a page with {} and would become read-only", describe(section), section.address,
                 describe(*relro));
    }
  }
}

// The TLS segment covers the SHF_TLS sections and nothing else. lld rounds the segment's size up to its alignment and
// mold does so for .tbss, which is without effect on offsets; up to one alignment more is let through.
void check_tls(const ElfFile& file, Report& report) {
  const Segment* tls = file.find_segment(ELF::PT_TLS);
  uint64_t start = UINT64_MAX, end = 0, alignment = 1;
  const Section* any = nullptr;
  for (const Section& section : file.sections) {
    if (!section.is_alloc() || !section.has(ELF::SHF_TLS)) continue;
    any = &section;
    if (section.size == 0) continue;
    start = std::min(start, section.address);
    end = std::max(end, section.address + section.size);
    alignment = std::max(alignment, section.alignment);
    if (tls && !is_inside(section.address, section.size, tls->address, tls->memory_size)) {
      report.add("{} at {:#x}, size {:#x}, is outside {}", describe(section), section.address, section.size,
                 describe(*tls));
    }
  }
  if (any && end != 0 && !tls) report.add("{} is thread-local, but there is no PT_TLS", describe(*any));
  if (!tls || end == 0) return;
  if (tls->address != start)
    report.add("{} starts at {:#x}, its sections at {:#x}", describe(*tls), tls->address, start);
  if (tls->address + tls->memory_size - end >= std::max(alignment, tls->alignment) && tls->memory_size > end - start) {
    report.add("{} ends at {:#x}, its sections at {:#x}", describe(*tls), tls->address + tls->memory_size, end);
  }
  if (tls->alignment < alignment) {
    report.add("{} has alignment {:#x}, its sections need {:#x}", describe(*tls), tls->alignment, alignment);
  }
}

constexpr ElfRule kRules[] = {
    {"segment-range", "segments lie in the file and in the address space; file size <= memory size", Scope::Linked,
     check_range},
    {"segment-alignment", "p_align is a power of two; offset and address agree modulo it", Scope::Linked,
     check_alignment},
    {"load-order", "PT_LOADs ascend and do not overlap in memory", Scope::Linked, check_load_order},
    {"load-file-overlap", "PT_LOADs do not overlap in the file", Scope::Linked, check_file_overlap},
    {"segment-unique", "at most one segment of each kind that may exist once", Scope::Linked, check_unique},
    {"segment-leading", "PT_PHDR and PT_INTERP precede the PT_LOADs", Scope::Linked, check_leading},
    {"segment-inside-load", "segments that describe loaded bytes lie in a PT_LOAD, at the same delta", Scope::Linked,
     check_inside_load},
    {"write-or-execute", "no segment is writable and executable (see --allow-rwx)", Scope::Linked,
     check_write_or_execute},
    {"entry", "the entry point is in an executable segment", Scope::Linked, check_entry},
    {"phdr-segment", "PT_PHDR is the program header table", Scope::Linked, check_header_segment},
    {"interpreter", "PT_INTERP is one NUL-terminated path", Scope::Linked, check_interpreter},
    {"relro", "PT_GNU_RELRO is in a writable PT_LOAD, shares no protected page with other data", Scope::Linked,
     check_relro},
    {"tls-segment", "PT_TLS covers the thread-local sections exactly, with their alignment", Scope::Linked, check_tls},
};

}  // namespace

ElfRules elf_segment_rules() {
  return kRules;
}

}  // namespace xld::verify
