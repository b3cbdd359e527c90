// See headers.h.
#include "formats/elf/headers.h"

#include <algorithm>

#include "core/target_table.h"
#include "formats/elf/debug_file.h"
#include "formats/elf/groups.h"
#include "formats/elf/object.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

bool is_note(const OutputSection& section) {
  return section.is_allocated && section.type == SHT_NOTE;
}

// The last section of the file, if it has no name and is not loaded.
const OutputSection* section_header_table(const Link& link, bool is_separate) {
  const auto is_of_file = [&](const OutputSection& section) { return section.is_separate == is_separate; };
  const auto& sections = link.layout.sections;
  const auto last = std::find_if(sections.rbegin(), sections.rend(), is_of_file);
  return last != sections.rend() && last->name.empty() && !last->is_allocated ? &*last : nullptr;
}

ProgramHeaderFacts cover(const OutputSection& section, uint32_t type, uint32_t flags) {
  return {type,
          flags,
          section.file_offset,
          section.address,
          section.load_address,
          section.file_size(),
          section.size,
          section.alignment};
}

// The program headers as the loader finds them: behind the file header, in the first segment.
ProgramHeaderFacts headers_themselves(const Link& link) {
  const OutputSection& section = link.layout.sections.front();
  const uint64_t offset = link.target().word_size == 8 ? sizeof(Elf64::Header) : sizeof(Elf32::Header);
  const uint64_t size = section.size < offset ? 0 : section.size - offset;
  return {PT_PHDR, PF_R, section.file_offset + offset, section.address + offset, section.load_address + offset,
          size,    size, link.target().word_size};
}

// A program that relocates itself learns from PT_PHDR where it is; OpenBSD starts none without.
bool finds_itself(const Link& link) {
  const auto& sections = link.layout.sections;
  return link.target().output == OutputKind::StaticPie && !sections.empty() && (sections.front().flags & SHF_ALLOC);
}

void add_loads(const Link& link, std::vector<ProgramHeaderFacts>& headers) {
  for (const Segment& segment : link.layout.segments)
    headers.push_back({PT_LOAD, segment.flags, segment.file_offset, segment.address, segment.load_address,
                       segment.file_size, segment.memory_size, segment.alignment});
  const auto first = std::find_if(headers.begin(), headers.end(), [](const auto& h) { return h.type == PT_LOAD; });
  std::stable_sort(first, headers.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
}

// Boot loaders look for one record in the segments of notes and are confused by others beside it.
bool has_own_segment(const OutputSection& note) {
  return note.name == ".note.Xen";
}

// One PT_NOTE for neighbours of one alignment: readers take it for that of the records.
void add_notes(const Link& link, std::vector<ProgramHeaderFacts>& headers) {
  const OutputSection* previous = nullptr;
  for (const OutputSection& section : link.layout.sections) {
    if (!is_note(section)) {
      previous = nullptr;
      continue;
    }
    if (previous && previous->alignment == section.alignment && !has_own_segment(*previous)) {
      headers.back().file_size = headers.back().memory_size = section.address + section.size - headers.back().address;
    } else {
      headers.push_back(cover(section, PT_NOTE, PF_R));
    }
    previous = &section;
  }
}

void add_thread_local(const Link& link, std::vector<ProgramHeaderFacts>& headers) {
  const Layout& layout = link.layout;
  const auto first = std::find_if(layout.sections.begin(), layout.sections.end(),
                                  [](const OutputSection& section) { return section.is_thread_local; });
  if (first == layout.sections.end()) return;
  headers.push_back({PT_TLS, PF_R, first->file_offset, layout.tls_address, first->load_address, layout.tls_file_size,
                     layout.tls_memory_size, layout.tls_alignment});
}

void add_relro(const Link& link, std::vector<ProgramHeaderFacts>& headers) {
  const Layout& layout = link.layout;
  const auto first = std::find_if(layout.sections.begin(), layout.sections.end(),
                                  [](const OutputSection& section) { return section.is_relro; });
  if (first == layout.sections.end()) return;
  uint64_t file_end = first->file_offset;
  for (const OutputSection& section : layout.sections)
    if (section.is_relro && !section.is_zero_fill) file_end = section.file_offset + section.size;
  headers.push_back({PT_GNU_RELRO, PF_R, first->file_offset, first->address, first->load_address,
                     file_end - first->file_offset, layout.relro_end - first->address, 1});
}

uint32_t stack_flags(const Link& link) {
  return PF_R | PF_W | (state_of(link).has_executable_stack ? PF_X : 0);
}

uint32_t permissions_of(const OutputSection& section) {
  return PF_R | (section.is_writable ? PF_W : 0) | (section.is_executable ? PF_X : 0);
}

void add_system_segments(const Link& link, std::vector<ProgramHeaderFacts>& headers) {
  for (const SystemSegment& segment : link.target().row->segments)
    if (const OutputSection* section = find_section(link, segment.section))
      headers.push_back(cover(*section, segment.type, permissions_of(*section)));
  if (link.options().needs_writable_code) headers.push_back({PT_OPENBSD_WXNEEDED, PF_X});
  if (link.options().no_branch_tracking) headers.push_back({PT_OPENBSD_NOBTCFI, PF_X});
}

// Inputs may have sections of the names that the linker gives its tables. The linker's own hold no atoms.
template <class IsWanted>
const OutputSection* find_own_or_first(const Link& link, std::string_view name, IsWanted is_wanted) {
  const OutputSection* first = nullptr;
  for (const OutputSection& section : link.layout.sections) {
    if (section.name != name || !is_wanted(section)) continue;
    if (section.atoms.empty()) return &section;
    if (!first) first = &section;
  }
  return first;
}

}  // namespace

const OutputSection* find_section(const Link& link, std::string_view name) {
  return find_own_or_first(link, name, [](const OutputSection& section) { return (section.flags & SHF_ALLOC) != 0; });
}

std::vector<ProgramHeaderFacts> program_headers(const Link& link) {
  std::vector<ProgramHeaderFacts> headers;
  if (!link.applies_relocs()) return headers;
  const OutputSection* interpreter = find_section(link, ".interp");
  if (interpreter || finds_itself(link)) headers.push_back(headers_themselves(link));
  if (interpreter) headers.push_back(cover(*interpreter, PT_INTERP, PF_R));
  add_loads(link, headers);
  if (const OutputSection* dynamic = find_section(link, ".dynamic"))
    headers.push_back(cover(*dynamic, PT_DYNAMIC, permissions_of(*dynamic)));
  add_notes(link, headers);
  add_thread_local(link, headers);
  if (const OutputSection* property = find_section(link, ".note.gnu.property"))
    headers.push_back(cover(*property, PT_GNU_PROPERTY, PF_R));
  if (const OutputSection* frames = find_section(link, ".eh_frame_hdr"))
    headers.push_back(cover(*frames, PT_GNU_EH_FRAME, PF_R));
  add_system_segments(link, headers);
  headers.push_back({PT_GNU_STACK, stack_flags(link), 0, 0, 0, 0, link.options().stack_size, 16});
  add_relro(link, headers);
  headers.resize(headers.size() + link.options().spare_segments);  // PT_NULL
  return headers;
}

namespace {

template <class E>
uint64_t headers_size(const Link& link, uint64_t offset) {
  return std::max<uint64_t>(sizeof(typename E::Header), offset) +
         program_headers(link).size() * sizeof(typename E::ProgramHeader);
}

}  // namespace

namespace {

// As with GNU ld, a program that could be loaded anywhere, but was given an address, is loaded there.
uint16_t file_type(const Link& link) {
  if (!link.applies_relocs()) return ET_REL;
  const OutputKind kind = link.target().output;
  if (kind == OutputKind::SharedLibrary) return ET_DYN;
  const bool has_address = link.options().text_segment.value_or(0) != 0;
  return is_position_independent(kind) && !has_address ? ET_DYN : ET_EXEC;
}

}  // namespace

uint64_t HeadersChunk::size() const {
  const uint64_t offset = program_headers_offset();
  return link_.target().word_size == 8 ? headers_size<Elf64>(link_, offset) : headers_size<Elf32>(link_, offset);
}

template <class E>
void HeadersChunk::write_as(MutableBytes out) const {
  const ElfState& state = state_of(link_);
  const auto headers = program_headers(link_);
  typename E::Header header{};
  std::copy_n(kMagic, sizeof(kMagic), header.ident);
  header.ident[4] = E::kClass;
  header.ident[5] = kLittleEndian;
  header.ident[6] = 1;
  const uint8_t os_abi = link_.target().row->os_abi;
  header.ident[7] = state.uses_gnu_extensions && os_abi == ELFOSABI_NONE ? ELFOSABI_GNU : os_abi;
  header.type = file_type(link_);
  header.machine = link_.target().cpu == Cpu::X86_64 ? EM_X86_64 : EM_386;
  header.version = 1;
  header.entry = static_cast<typename E::Word>(entry());
  header.ehsize = sizeof(header);
  if (!headers.empty()) {
    header.phoff = static_cast<typename E::Word>(std::max<uint64_t>(sizeof(header), program_headers_offset()));
    header.phentsize = sizeof(typename E::ProgramHeader);
    header.phnum = static_cast<uint16_t>(headers.size());
  }
  if (const OutputSection* table = section_header_table(link_, is_separate())) {
    header.shentsize = sizeof(typename E::SectionHeader);
    const uint32_t count = static_cast<uint32_t>(table->size / sizeof(typename E::SectionHeader));
    const uint32_t names = header_index_of(link_, ".shstrtab", is_separate());
    header.shoff = static_cast<typename E::Word>(table->file_offset);
    header.shnum = count < SHN_LORESERVE ? static_cast<uint16_t>(count) : 0;
    header.shstrndx = names < SHN_LORESERVE ? static_cast<uint16_t>(names) : SHN_XINDEX;
  }
  store(out.data(), header);
  uint8_t* place = out.data() + header.phoff;
  for (const ProgramHeaderFacts& facts : headers) {
    typename E::ProgramHeader row{};
    row.type = facts.type;
    row.flags = facts.flags;
    row.offset = is_separate() ? 0 : static_cast<typename E::Word>(facts.offset);
    row.vaddr = static_cast<typename E::Word>(facts.address);
    row.paddr = static_cast<typename E::Word>(facts.load_address);
    row.filesz = is_separate() ? 0 : static_cast<typename E::Word>(facts.file_size);
    row.memsz = static_cast<typename E::Word>(facts.memory_size);
    row.align = static_cast<typename E::Word>(facts.alignment);
    store(place, row);
    place += sizeof(row);
  }
}

void HeadersChunk::write(MutableBytes out) const {
  link_.target().word_size == 8 ? write_as<Elf64>(out) : write_as<Elf32>(out);
}

// ---- section headers

uint32_t header_index(const Link& link, uint32_t section) {
  return link.layout.sections[section].header_index;
}

bool has_header(const OutputSection& section, bool is_separate) {
  return !section.name.empty() && (section.is_allocated || section.is_separate == is_separate);
}

uint32_t header_index_of(const Link& link, std::string_view name, bool is_separate) {
  const auto is_wanted = [&](const OutputSection& section) { return has_header(section, is_separate); };
  const OutputSection* section = find_own_or_first(link, name, is_wanted);
  return section ? section->header_index : 0;
}

namespace {

size_t header_count(const Link& link, bool is_separate) {
  size_t count = 1;
  for (const OutputSection& section : link.layout.sections) count += has_header(section, is_separate);
  return count;
}

struct Links {
  uint32_t link = 0, info = 0;
};

uint32_t header_index_of_followed(const Link& link, const OutputSection& section) {
  if (section.subject.is_valid()) return link.layout.section(section.subject).header_index;
  if (section.atoms.empty()) return 0;
  const AtomId followed = followed_atom(link, link.atom(section.atoms.front()));
  return followed.is_valid() ? link.layout.section(link.atom(followed).section).header_index : 0;
}

// gABI figure 4-12: what sh_link and sh_info of each type say. `symbols` is the header index of .symtab.
Links links_of(const Link& link, const OutputSection& section, uint32_t symbols) {
  if (section.flags & SHF_LINK_ORDER) return {header_index_of_followed(link, section), 0};
  switch (section.type) {
    case SHT_SYMTAB:
      return {header_index_of(link, ".strtab", section.is_separate), state_of(link).local_symbol_count};
    case SHT_SYMTAB_SHNDX:
      return {symbols, 0};
    case SHT_GROUP:
      return {symbols, static_cast<const GroupChunk*>(section.chunks.front())->signature()};
    case SHT_DYNSYM:
      return {header_index_of(link, ".dynstr"), 1};
    case SHT_DYNAMIC:
      return {header_index_of(link, ".dynstr"), 0};
    case SHT_GNU_VERDEF:
      return {header_index_of(link, ".dynstr"), state_of(link).version_tables->definition_count()};
    case SHT_GNU_VERNEED:
      return {header_index_of(link, ".dynstr"), state_of(link).version_tables->need_count()};
    case SHT_GNU_VERSYM:
    case SHT_HASH:
    case SHT_GNU_HASH:
    case SHT_ANDROID_REL:
    case SHT_ANDROID_RELA:
      return {header_index_of(link, ".dynsym"), 0};
    case SHT_REL:
    case SHT_RELA:
      if (!section.is_allocated) return {symbols, link.layout.section(section.subject).header_index};
      return {header_index_of(link, ".dynsym"), section.flags & SHF_INFO_LINK ? header_index_of(link, ".got.plt") : 0};
    default:
      return {};
  }
}

template <class E>
uint64_t table_size(const Link& link, bool is_separate) {
  return header_count(link, is_separate) * sizeof(typename E::SectionHeader);
}

}  // namespace

uint64_t SectionHeadersChunk::size() const {
  return link_.target().word_size == 8 ? table_size<Elf64>(link_, is_separate_)
                                       : table_size<Elf32>(link_, is_separate_);
}

template <class E>
void SectionHeadersChunk::write_as(MutableBytes out) const {
  using SectionHeader = typename E::SectionHeader;
  SectionHeader first{};
  const size_t count = out.size() / sizeof(SectionHeader);
  if (count >= SHN_LORESERVE) first.size = static_cast<typename E::Word>(count);
  const uint32_t names = header_index_of(link_, ".shstrtab", is_separate_);
  if (names >= SHN_LORESERVE) first.link = names;
  store(out.data(), first);
  const uint32_t symbols = header_index_of(link_, ".symtab", is_separate_);
  for (uint32_t i = 0; i < link_.layout.sections.size(); i++) {
    const OutputSection& section = link_.layout.sections[i];
    if (!has_header(section, is_separate_)) continue;
    const Links links = links_of(link_, section, symbols);
    SectionHeader header{};
    header.name = names_.offset_of(i);
    header.type = section.type;
    header.flags = static_cast<typename E::Word>(section.flags);
    header.addr = static_cast<typename E::Word>(section.address);
    header.offset = static_cast<typename E::Word>(section.file_offset);
    header.size = static_cast<typename E::Word>(section.stored_size());
    header.link = links.link;
    header.info = links.info;
    header.addralign = static_cast<typename E::Word>(section.stored_alignment());
    header.entsize = static_cast<typename E::Word>(section.entry_size);
    if (is_separate_ && section.is_allocated) describe_contents(section, header);
    store(out.data() + size_t{section.header_index} * sizeof(header), header);
  }
}

// In the file beside the output loaded sections have no contents, but for the build id.
template <class Header>
void SectionHeadersChunk::describe_contents(const OutputSection& section, Header& header) const {
  const DebugFileHead* head = state_of(link_).debug_head;
  const bool is_there = head && section.name == ".note.gnu.build-id";
  header.type = is_there ? SHT_NOTE : SHT_NOBITS;
  header.offset = static_cast<decltype(header.offset)>(is_there ? head->build_id_offset() : 0);
}

void SectionHeadersChunk::write(MutableBytes out) const {
  link_.target().word_size == 8 ? write_as<Elf64>(out) : write_as<Elf32>(out);
}

// Neighbours of one name share it, and a section whose relocations follow it finds its name at the end of theirs.
void SectionNamesChunk::place_names() {
  const std::vector<OutputSection>& sections = link_.layout.sections;
  offsets_.resize(sections.size());
  std::string_view follower;  // the name written last; it ends where the names end
  for (size_t i = sections.size(); i-- > 0;) {
    const std::string_view name = sections[i].name;
    if (!has_header(sections[i], is_separate_)) continue;
    if (!follower.ends_with(name)) {
      follower = name;
      size_ += static_cast<uint32_t>(name.size()) + 1;
    }
    offsets_[i] = size_ - static_cast<uint32_t>(name.size()) - 1;
  }
}

void SectionNamesChunk::write(MutableBytes out) const {
  for (uint32_t i = 0; i < offsets_.size(); i++) {
    const std::string_view name = link_.layout.sections[i].name;
    if (has_header(link_.layout.sections[i], is_separate_))
      std::copy(name.begin(), name.end(), out.begin() + offsets_[i]);
  }
}

}  // namespace xld::elf
