// Which format and CPU a link is for: fixed by options, or by the first object.
#pragma once

#include <string>

#include "formats/format.h"

namespace xld {

// Asks all formats.
Identity identify_file(Bytes bytes);

// Settles Link's target, format and CPU table from a first object, or checks that another object fits. False, and an
// error, if it does not.
bool settle_target(Link& link, const std::string& name, const Identity& identity);

// True of an object that is not in the output's format but can take part in the link: ld/translate.h makes one of it
// that is. Before there is a format, the one the options ask for counts.
bool is_foreign(const Link& link, const Identity& identity);

// settle_target() from the options alone, when there is no object at all; false if they do not say.
bool settle_target_from_options(Link& link);

}  // namespace xld
