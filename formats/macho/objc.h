// Objective-C: what a linker has to know of it.
#pragma once

#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "formats/format.h"

namespace xld::macho {

// True if an object has classes, categories or Swift types, which programs find at run time without naming them: -ObjC
// takes such archive members.
bool has_classes(Bytes object);

inline constexpr std::string_view kImageInfoName = "__objc_imageinfo";

// The one image-info record of the output: version and flags of all objects' joined; nothing if no object has one.
// Reports objects that do not go together.
std::vector<uint8_t> join_image_info(const Link& link);

}  // namespace xld::macho
