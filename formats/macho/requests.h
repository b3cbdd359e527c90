// Libraries that objects ask for: LC_LINKER_OPTION, which compilers write for modules and `#pragma comment(lib)`.
#pragma once

#include <span>

#include "formats/format.h"

namespace xld::macho {

// Of the object's commands; options that say anything else are warned of and passed over.
std::span<const InputRequest> parse_requests(Link& link, const InputFile& file, Arena& arena);

}  // namespace xld::macho
