// Objective-C: what a linker has to know of it.
#pragma once

#include <string_view>

#include "core/bytes.h"
#include "formats/format.h"

namespace xld::macho {

class SectionsByName;

// True if an object has classes, categories or Swift types, which programs find at run time without naming them: -ObjC
// takes such archive members.
bool has_classes(Bytes object);

inline constexpr std::string_view kImageInfoName = "__objc_imageinfo";
inline constexpr std::string_view kClassPrefix = "_OBJC_CLASS_$_";

// Gives the section of that name the one image-info record of the output: version and flags of all objects' joined.
// None if no object has one. Reports objects that do not go together.
void add_image_info(Link& link, SectionsByName& sections, std::string_view name);

}  // namespace xld::macho
