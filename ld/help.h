// The texts of --help, --version and --print-targets.
//
// They are read by programs as much as by people: configure scripts choose by them what a linker can do, so the
// version line and the last lines of the help keep their form.
#pragma once

#include <string>
#include <string_view>

#include "core/version.h"
#include "formats/flags.h"

namespace xld {

// "xld v0.1.0 (compatible with GNU ld)": libtool and configure scripts look for "GNU" in the output of -v, Meson and
// CMake for "GNU ld" in that of --version. Libtool takes " 0." or " 1." for a GNU ld without version scripts, and
// exports everything: hence the "v".
std::string version_line(std::string_view compatible_with = "GNU ld");

// Targets and emulations, one a line.
std::string targets_text();

std::string help_text(const Dialect& dialect, std::string_view program_name);

}  // namespace xld
