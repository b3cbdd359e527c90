// Linker scripts, and the expressions of their assignments.
#include "formats/elf/script.h"
#include "ld/expression.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes file(data, size);
  elf::looks_like_script(file);
  const auto script = elf::parse_script(file, "fuzzed.ld");
  if (!script) {
    if (script.error().message.empty()) __builtin_trap();
    return 0;
  }
  for (const elf::ScriptAssignment& assignment : script->assignments)
    if (const auto expression = Expression::parse(assignment.expression)) expression->referenced_symbols();
  return 0;
}
