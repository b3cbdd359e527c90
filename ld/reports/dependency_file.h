// --dependency-file: a makefile rule that says what the output was made of.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xld {

// Each input is also a target of its own without a recipe, so that make goes on when one is renamed or removed. Blanks,
// '#',
// ':' and '$' are escaped as GNU make reads them; a path with a newline cannot be written in a makefile and is left
// out.
std::string dependency_rule(std::string_view output, std::span<const std::string> inputs);

// -dependency_info: a record for the linker's version, for each input and for the output: a byte that says which, the
// text, and a zero. ld64's manual; Xcode reads it.
std::string dependency_records(std::string_view output, std::span<const std::string> inputs);

}  // namespace xld
