// See objc.h. Sections as Apple's compilers name them.
#include "formats/macho/objc.h"

#include <optional>
#include <string_view>

#include "formats/macho/macho.h"

namespace xld::macho {

namespace {

constexpr std::string_view kClassSections[] = {"__objc_classlist", "__objc_catlist", "__objc_catlist2",
                                               "__objc_nlcatlist"};

bool is_class_section(std::string_view segment, std::string_view name) {
  for (const std::string_view known : kClassSections)
    if (name == known) return true;
  return (segment == "__TEXT" && name.starts_with("__swift")) || (segment == "__OBJC" && name == "__category");
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
    offset += command->cmdsize;
  }
  return false;
}

}  // namespace

bool has_classes(Bytes object) {
  return has_class_section<Macho64>(object) || has_class_section<Macho32>(object);
}

}  // namespace xld::macho
