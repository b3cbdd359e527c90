// See debug_file.h.
#include "formats/elf/debug_file.h"

#include <algorithm>
#include <zlib.h>

#include "core/path.h"
#include "formats/elf/elf.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/notes.h"
#include "formats/elf/section_names.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

constexpr uint32_t kHeadRank = 1000;  // before all that is not loaded

std::string debug_file_path(const Link& link) {
  const std::string& given = *link.options().debug_file;
  return given.empty() ? link.output_path + ".dbg" : given;
}

OutputSection& add_separate(Link& link, std::string_view name, uint32_t type) {
  OutputSection& section = link.layout.sections.emplace_back();
  section.name = name;
  section.type = type;
  section.is_separate = true;
  return section;
}

bool is_for_debuggers(const OutputSection& section) {
  return !(section.flags & SHF_ALLOC) && (is_debug_section(section.name) || section.name == ".gdb_index");
}

// In pieces, for the file may be large.
uint32_t checksum_of(const Link& link, Image& image) {
  constexpr uint64_t kPiece = 1 << 20;
  std::vector<uint8_t> bytes(std::min(kPiece, link.layout.separate_size));
  uLong checksum = ::crc32(0, nullptr, 0);
  for (uint64_t at = 0; at < link.layout.separate_size; at += kPiece) {
    const MutableBytes piece = MutableBytes(bytes).first(std::min(kPiece, link.layout.separate_size - at));
    if (!image.read(at, piece)) {
      link.diagnostics().error(link.separate_file + ": cannot be read back for its checksum; name an ordinary file");
      return 0;
    }
    checksum = ::crc32(checksum, piece.data(), static_cast<uInt>(piece.size()));
  }
  return static_cast<uint32_t>(checksum);
}

// The place of a chunk's byte in the output.
template <class ChunkType>
uint64_t file_offset_of(const Link& link, const ChunkType& chunk, std::string_view section_name, uint64_t offset) {
  for (const OutputSection& section : link.layout.sections)
    if (section.name == section_name && !section.is_separate)
      return section.file_offset + (chunk.address - section.address) + offset;
  return 0;
}

}  // namespace

uint64_t DebugFileHead::size() const {
  const BuildIdChunk* build_id = state_of(link_).build_id;
  return build_id_offset() + (build_id ? build_id->size() : 0);
}

void DebugFileHead::write(MutableBytes out) const {
  HeadersChunk::write(out);
  if (const BuildIdChunk* build_id = state_of(link_).build_id) build_id->write(out.subspan(build_id_offset()));
}

void DebugLinkChunk::write(MutableBytes out) const {
  std::copy(file_name_.begin(), file_name_.end(), out.begin());
}

void add_debug_file(Link& link) {
  link.separate_file = debug_file_path(link);
  const bool is_for_file = link.output_path != "-" && link.separate_file != "-";
  if (!is_for_file || link.keeps_relocs() || link.options().image.kind != ImageKind::None) {
    link.diagnostics().error(
        "--separate-debug-file is for programs and libraries that are written to files, without --emit-relocs and "
        "--image");
    return;
  }
  for (OutputSection& section : link.layout.sections) section.is_separate = is_for_debuggers(section);
  OutputSection& head = add_separate(link, {}, SHT_NULL);
  head.rank = kHeadRank;
  state_of(link).debug_head = add_chunk<DebugFileHead>(link, link);
  head.chunks.push_back(state_of(link).debug_head);
  const bool is_64_bit = link.target().word_size == 8;
  add_separate(link, ".symtab", SHT_SYMTAB).entry_size = is_64_bit ? sizeof(Elf64::Symbol) : sizeof(Elf32::Symbol);
  add_separate(link, ".strtab", SHT_STRTAB);
  add_section_header_table(link, true);

  const std::string name(base_name(link.separate_file));
  state_of(link).debug_link = add_chunk<DebugLinkChunk>(link, name);
  output_section(link, ".gnu_debuglink", SHT_PROGBITS, 0).chunks.push_back(state_of(link).debug_link);
}

// The id is of the contents of both files, the checksum of the bytes of the other one, id and all.
void join_separate(const Link& link, Image& image, Image& separate) {
  const ElfState& state = state_of(link);
  if (const BuildIdChunk* build_id = state.build_id) {
    std::vector<uint8_t> note(build_id->size());
    if (image.read(file_offset_of(link, *build_id, ".note.gnu.build-id", 0), note))
      separate.write(state.debug_head->build_id_offset(), note);
  }
  const uint32_t checksum = checksum_of(link, separate);
  uint8_t bytes[4];
  store(bytes, checksum);
  image.write(file_offset_of(link, *state.debug_link, ".gnu_debuglink", state.debug_link->checksum_offset()), bytes);
}

}  // namespace xld::elf
