// What a file that no format knows looks like, for messages: a Windows object, a text file, nothing at all.
#pragma once

#include <string>

#include "core/bytes.h"

namespace xld {

// The end of a sentence "main.o: …": what the file seems to be and what to do about it.
std::string guess_file_type(Bytes bytes);

}  // namespace xld
