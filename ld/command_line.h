// argv becomes Options: one loop over the words, and the tables of a dialect (formats/*/flags.cc).
//
// Nothing here opens files or prints: the caller lends a reader for response files and prints `text`. Every error of a
// command line is reported, not only the first.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/diagnostics.h"
#include "core/options.h"
#include "formats/flags.h"

namespace xld {

struct CommandLine {
  Options options;
  std::string text;          // for standard output, before linking
  bool should_link = false;  // false: print `text` and stop, with success unless diagnostics.failed()
};

// The dialect a program of this name speaks: ld64.xld and other names with "ld64" or "darwin" in their last component
// that of Darwin; 6l and 8l that of the linkers of that name, as do all others with an option -H; the rest GNU ld's,
// which as ld.lld looks for LLVM's plugin unasked.
Dialect dialect_for(std::string_view program_name, std::span<const std::string> words = {});

// `arguments` is argv with argv[0]. Errors go to `diagnostics`; the caller then sets its limits from the options.
CommandLine parse_command_line(std::span<const std::string> arguments, const CommandLineFiles& files,
                               Diagnostics& diagnostics);

}  // namespace xld
