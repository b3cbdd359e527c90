// Linker scripts given as input files, such as glibc's libm.a and libc.so: the part of the language that names files
// and symbols.
//
// Language: GNU ld's manual, chapter "Linker Scripts": INPUT, GROUP, AS_NEEDED, INCLUDE, STARTUP, SEARCH_DIR, TARGET,
// OUTPUT, OUTPUT_FORMAT, OUTPUT_ARCH, ENTRY, EXTERN, VERSION, ASSERT, assignments, PROVIDE, HIDDEN, PROVIDE_HIDDEN and
// the commands of -r. What describes the layout (SECTIONS, MEMORY, PHDRS ...) is refused by name. Nothing is opened
// here: the reader gets a list of files in the order of the script and finds them as it finds files of the command
// line; `=path` and `$SYSROOT/path` start at the sysroot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld::elf {

enum class ScriptInputKind : uint8_t {
  File,
  Library,     // -lNAME; the name is without -l
  GroupBegin,  // GROUP( ... ): as --start-group
  GroupEnd,
  Include,  // another script whose commands stand here
};

struct ScriptInput {
  ScriptInputKind kind = ScriptInputKind::File;
  std::string name;
  bool as_needed = false;
  uint32_t line = 0;  // for messages about a file that is not found
};

enum class AssignmentKind : uint8_t { Define, Hidden, Provide, ProvideHidden };

struct ScriptAssignment {
  AssignmentKind kind = AssignmentKind::Define;
  std::string name;
  std::string expression;  // without comments; see ld/expression.h
  uint32_t line = 0;
};

struct ScriptAssertion {
  std::string expression;
  std::string message;
  uint32_t line = 0;
};

struct Script {
  std::vector<ScriptInput> inputs;
  std::vector<ScriptAssignment> assignments;
  std::vector<ScriptAssertion> assertions;
  std::vector<std::string> search_paths;
  std::vector<std::string> undefined;  // EXTERN
  std::string startup;                 // the file to link first
  std::string target;                  // TARGET
  std::string output_format;           // the default of OUTPUT_FORMAT's three
  std::string output_arch;
  std::string output;                  // the file to write, if the command line does not say
  std::optional<bool> defines_common;  // FORCE_ or INHIBIT_COMMON_ALLOCATION
  bool dissolves_groups = false;       // FORCE_GROUP_ALLOCATION
  std::string entry;
  std::vector<size_t> versions;  // where the text in each VERSION { ... } begins; see version_script.h
};

// Text, judged by its first bytes. Says nothing about whether it is a script, but no binary file passes.
bool looks_like_script(Bytes file);

// An error is complete: "PATH:LINE:COLUMN: what was expected", the line, and a caret under the place.
Result<Script> parse_script(Bytes file, std::string_view path);

}  // namespace xld::elf
