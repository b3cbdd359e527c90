// What xld-verify reads of a Mach-O output, from any bytes: load commands, fixups of every kind (opcodes, chains,
// relocations), export tries, unwind tables, signatures.
#include "verify/verify.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)verify::verify({data, size}, {});
  return 0;
}
