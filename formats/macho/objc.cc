// See objc.h. Sections as Apple's compilers name them.
#include "formats/macho/objc.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/macho/object.h"
#include "formats/macho/plan.h"
#include "formats/macho/state.h"

namespace xld::macho {

namespace {

constexpr std::string_view kClassSections[] = {"__objc_classlist", "__objc_catlist", "__objc_catlist2",
                                               "__objc_nlcatlist"};

bool is_class_section(std::string_view segment, std::string_view name) {
  for (const std::string_view known : kClassSections)
    if (name == known) return true;
  return (segment == "__TEXT" && name.starts_with("__swift")) || (segment == "__OBJC" && name == "__category");
}

// A class of its own, whatever section it is in.
template <class M>
bool defines_class(Bytes object, Bytes bytes) {
  const auto command = read<SymtabCommand>(bytes, 0);
  if (!command) return false;
  const auto symbols = slice(object, command->symoff, uint64_t{command->nsyms} * sizeof(typename M::Symbol));
  const auto names = slice(object, command->stroff, command->strsize);
  if (!symbols || !names) return false;
  for (uint32_t i = 0; i < command->nsyms; i++) {
    const auto symbol = load<typename M::Symbol>(symbols->data() + size_t{i} * sizeof(typename M::Symbol));
    const bool is_definition = !(symbol.type & N_STAB) && (symbol.type & N_EXT) && (symbol.type & N_TYPE) == N_SECT;
    if (is_definition && c_string_at(*names, symbol.strx).value_or("").starts_with(kClassPrefix)) return true;
  }
  return false;
}

template <class M>
bool has_class_section(Bytes object) {
  const auto header = read<typename M::Header>(object, 0);
  if (!header || header->magic != M::kMagic) return false;
  uint64_t offset = sizeof(*header);
  for (uint32_t i = 0; i < header->ncmds; i++) {
    const auto command = read<LoadCommand>(object, offset);
    if (!command || command->cmdsize < sizeof(LoadCommand)) return false;
    if (command->cmd == M::kSegmentCommand) {
      const auto segment = read<typename M::Segment>(object, offset);
      for (uint32_t j = 0; segment && j < segment->nsects; j++) {
        const auto section =
            read<typename M::Section>(object, offset + sizeof(*segment) + uint64_t{j} * sizeof(typename M::Section));
        if (!section) return false;
        if (is_class_section(fixed_name(section->segname), fixed_name(section->sectname))) return true;
      }
    }
    const auto bytes = slice(object, offset, command->cmdsize);
    if (command->cmd == LC_SYMTAB && bytes && defines_class<M>(object, *bytes)) return true;
    offset += command->cmdsize;
  }
  return false;
}

}  // namespace

namespace {

// objc4's <objc-abi.h>: bits that hold for an image only if they hold for all of it, and the byte of Swift's version.
constexpr uint32_t kCategoryClassProperties = 1 << 6;
constexpr uint32_t kSwiftVersionMask = 0xff00;
constexpr uint32_t kSwiftLanguageMask = 0xffff0000;

struct ImageInfo {
  uint32_t version, flags;
};

// What an object says; one that says it in a way that is not known has none of the facts that hold for all.
std::optional<ImageInfo> read_image_info(const Link& link, const InputFile& file, const InputSection& section) {
  if (section.name != kImageInfoName || section.is_zero_fill()) return std::nullopt;
  const auto info = read<ImageInfo>(file.bytes.subspan(section.file_offset, section.size), 0);
  if (info && info->version == 0) return info;
  link.diagnostics().warn(fmt::format("{}: invalid __objc_imageinfo {}; it counts as empty", file.display_name(),
                                      info ? "version" : "size"),
                          file.id);
  return ImageInfo{0, 0};
}

std::vector<uint8_t> join_image_info(const Link& link) {
  std::optional<ImageInfo> joined;
  for (const InputFile* file : link.inputs.files) {
    for (const InputSection& section : object_of(*file).sections) {
      const auto info = read_image_info(link, *file, section);
      if (!info) continue;
      if (!joined) {
        joined = *info;
        continue;
      }
      const uint32_t swift = joined->flags & kSwiftVersionMask, other = info->flags & kSwiftVersionMask;
      if (swift != 0 && other != 0 && swift != other)
        link.diagnostics().error(
            fmt::format("{}: was made by a Swift compiler of another version ({}) than objects before it ({})",
                        file->display_name(), other >> 8, swift >> 8),
            file->id);
      joined->flags = (joined->flags & info->flags & kCategoryClassProperties) | (swift != 0 ? swift : other) |
                      std::max(joined->flags & kSwiftLanguageMask, info->flags & kSwiftLanguageMask);
    }
  }
  if (!joined) return {};
  std::vector<uint8_t> bytes(sizeof(ImageInfo));
  store(bytes.data(), ImageInfo{0, joined->flags});
  return bytes;
}

}  // namespace

void add_image_info(Link& link, SectionsByName& sections, std::string_view name) {
  std::vector<uint8_t> info = join_image_info(link);
  if (info.empty()) return;
  auto* chunk = add_chunk<TableChunk>(link, 4);
  chunk->bytes = std::move(info);
  OutputSection& section = sections.get(name, S_REGULAR);
  section.leading_chunks.push_back(chunk);
  section.flags |= S_ATTR_NO_DEAD_STRIP;
}

bool has_classes(Bytes object) {
  return has_class_section<Macho64>(object) || has_class_section<Macho32>(object);
}

}  // namespace xld::macho
