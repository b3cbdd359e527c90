// Rules about notes (gABI ch. 5, "Note Section"; the Linux extensions to the gABI for .note.gnu.property).
//
// Both worlds are in use: notes of 4-byte alignment everywhere, and of 8-byte alignment on ELF64 for the property note.
#include "verify/elf_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

struct Note {
  uint64_t offset;
  uint32_t type;
  std::string_view name;  // without its NUL
  Bytes description;
};

// Calls `visit(note)`; reports and stops where the chain breaks.
template <class Visit>
void for_each_note(Bytes bytes, uint64_t alignment, const std::string& where, Report& report, Visit visit) {
  const uint64_t unit = alignment == 8 ? 8 : 4;
  for (uint64_t at = 0; at < bytes.size();) {
    const auto name_size = read<uint32_t>(bytes, at);
    const auto size = read<uint32_t>(bytes, at + 4);
    const auto type = read<uint32_t>(bytes, at + 8);
    const uint64_t data_at = at + align_up(12 + uint64_t{name_size.value_or(0)}, unit);
    const auto name = slice(bytes, at + 12, name_size.value_or(0));
    const auto data = slice(bytes, data_at, size.value_or(0));
    if (!type || !name || !data) return report.add("{}+{:#x}: the note does not fit", where, at);
    if (!name->empty() && name->back() != 0) report.add("{}+{:#x}: the name is not NUL-terminated", where, at);
    const std::string_view text = as_text(*name);
    visit(Note{at, *type, text.substr(0, text.find('\0')), *data});
    at = align_up(data_at + *size, unit);
  }
}

// Only allocated notes: those of debug information and annobin have habits of their own.
template <class Visit>
void for_each_section_note(const ElfFile& file, Report& report, Visit visit) {
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_NOTE || !s.is_alloc()) continue;
    for_each_note(s.contents, s.alignment, describe(s), report, [&](const Note& note) { visit(s, note); });
  }
}

void check_format(const ElfFile& file, Report& report) {
  for_each_section_note(file, report, [](const Section&, const Note&) {});
  for (const Segment& s : file.segments) {
    if (s.type == ELF::PT_NOTE) for_each_note(s.contents, s.alignment, describe(s), report, [](const Note&) {});
  }
}

// A reader of PT_NOTE knows one alignment for the whole segment. (mold 1.10 puts notes of both kinds into one PT_NOTE
// of alignment 8, whose second note no reader finds: that is reported, not tolerated.)
void check_alignment(const ElfFile& file, Report& report) {
  for (const Segment& s : file.segments) {
    if (s.type == ELF::PT_NOTE && s.alignment > 8) report.add("{} has alignment {:#x}", describe(s), s.alignment);
  }
  for (const Section& s : file.sections) {
    if (s.type != ELF::SHT_NOTE || !s.is_alloc() || file.is_relocatable() || s.size == 0) continue;
    for (const Segment& segment : file.segments) {
      if (segment.type != ELF::PT_NOTE || !is_inside(s.address, s.size, segment.address, segment.memory_size)) continue;
      const bool agree = (segment.alignment == 8) == (s.alignment == 8);
      if (!agree)
        report.add("{} of alignment {} in {} of {}", describe(s), s.alignment, describe(segment), segment.alignment);
    }
  }
}

bool is_gnu(const Note& note, uint32_t type) {
  return note.name == "GNU" && note.type == type;
}

// Properties ascend by type, which the GNU assembler leaves to the linker; each is padded to the word.
void check_property_note(const ElfFile& file, const Section& s, const Note& note, Report& report) {
  uint32_t previous = 0;
  for (uint64_t at = 0; at < note.description.size();) {
    const auto type = read<uint32_t>(note.description, at);
    const auto size = read<uint32_t>(note.description, at + 4);
    if (!size || !contains(note.description, at + 8, *size)) {
      return report.add("{}: the property at {:#x} of its note does not fit", describe(s), at);
    }
    if (at != 0 && *type <= previous && !file.is_relocatable())
      report.add("{}: property {:#x} follows {:#x}", describe(s), *type, previous);
    previous = *type;
    at = align_up(at + 8 + *size, file.word());
  }
  if (note.description.size() % file.word() != 0) {
    report.add("{}: the note's size {:#x} is no multiple of {}", describe(s), note.description.size(), file.word());
  }
}

void check_properties(const ElfFile& file, Report& report) {
  size_t count = 0;
  Report unused(report.settings());
  for_each_section_note(file, unused, [&](const Section& s, const Note& note) {
    if (!is_gnu(note, ELF::NT_GNU_PROPERTY_TYPE_0)) return;
    check_property_note(file, s, note, report);
    if (s.alignment != file.word())
      report.add("{} has alignment {}, must be {}", describe(s), s.alignment, file.word());
    if (++count == 2 && !file.is_relocatable()) report.add("{} has a second property note", describe(s));
  });
}

void check_property_segment(const ElfFile& file, Report& report) {
  const Segment* segment = file.find_segment(ELF::PT_GNU_PROPERTY);
  const Section* section = file.find_section(".note.gnu.property");
  if (segment && section && (segment->address != section->address || segment->memory_size != section->size)) {
    report.add("{} at {:#x}, size {:#x}, is not {} at {:#x}, size {:#x}", describe(*segment), segment->address,
               segment->memory_size, describe(*section), section->address, section->size);
  }
}

// --build-id=0xHEX may have any length; nothing but a mistake is shorter than 2 or longer than 64 bytes.
void check_build_id(const ElfFile& file, Report& report) {
  size_t count = 0;
  Report unused(report.settings());
  for_each_section_note(file, unused, [&](const Section& s, const Note& note) {
    if (!is_gnu(note, ELF::NT_GNU_BUILD_ID)) return;
    const size_t size = note.description.size();
    if (size < 2 || size > 64) report.add("{}: a build id of {} bytes", describe(s), size);
    if (++count == 2) report.add("{}: a second build id", describe(s));
  });
}

constexpr ElfRule kRules[] = {
    {"note-format", "notes are chained without gaps; names are NUL-terminated", Scope::Both, check_format},
    {"note-alignment", "PT_NOTE has the alignment, 4 or 8, of its sections", Scope::Linked, check_alignment},
    {"gnu-property", "one property note, aligned to the word, its properties ascending", Scope::Both, check_properties},
    {"gnu-property-segment", "PT_GNU_PROPERTY is .note.gnu.property", Scope::Linked, check_property_segment},
    {"build-id", "at most one build id, of 2 to 64 bytes", Scope::Linked, check_build_id},
};

}  // namespace

ElfRules elf_note_rules() {
  return kRules;
}

}  // namespace xld::verify
