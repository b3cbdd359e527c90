// Relocations in compact form (SHT_CREL, clang's -Wa,--crel): a header, then what changes from record to record, as
// LEB128 numbers. They are expanded to ordinary records when an object is read, so that nobody else knows the form.
//
// The form is that of the gABI proposal "CREL"; the section type that of LLVM 19 and later.
#pragma once

#include "core/arena.h"
#include "core/bytes.h"
#include "core/result.h"
#include "formats/elf/elf.h"

namespace xld::elf {

// Elf_Rela records, or Elf_Rel ones, whose addends are in the fields.
struct RelocRecords {
  Bytes bytes;
  bool has_addends = false;
};

template <class E>
Result<RelocRecords> expand_compact_relocs(Bytes contents, Arena& arena);

}  // namespace xld::elf
