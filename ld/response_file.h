// @FILE on the command line: the words in FILE stand in its place.
//
// Compiler drivers and build systems write such a file when a command line grows too long for the system. What it
// holds is not trusted: depth, number and size are bounded.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"
#include "formats/flags.h"

namespace xld {

// The words of a response file by GNU's rules: whitespace separates, single and double quotes join, and a backslash
// takes the next character as it is, inside quotes, too.
std::vector<std::string> split_words(std::string_view text);

// `arguments` with every @FILE replaced, also those inside files. As in GNU ld, a file that cannot be read leaves the
// word as it is: it may be the name of an input.
std::vector<std::string> expand_response_files(std::span<const std::string> arguments, const CommandLineFiles& files,
                                               Diagnostics& diagnostics);

}  // namespace xld
