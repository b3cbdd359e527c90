// What call frame information says of a function, row by row: where the caller's frame is from some instruction on, and
// which registers were saved where.
//
// DWARF 5 §6.4. Only what compilers write for ordinary functions: rows that need expressions, registers kept in other
// registers, or arguments that are taken off the stack are none.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "formats/eh_frame.h"

namespace xld {

struct FrameRow {
  uint64_t begin = 0;                                    // offset in the function; the row holds up to the next one
  uint64_t cfa_register = 0;                             // the canonical frame address is
  int64_t cfa_offset = 0;                                // that register and this number
  std::vector<std::pair<uint64_t, int64_t>> saved = {};  // registers, and where they are from there; ascending

  bool has_same_rules(const FrameRow& other) const {
    return cfa_register == other.cfa_register && cfa_offset == other.cfa_offset && saved == other.saved;
  }
  std::optional<int64_t> place_of(uint64_t number) const;
};

// In order, the first one at offset 0. Nothing: something in the records is not as above.
std::optional<std::vector<FrameRow>> read_frame_rows(Bytes section, const EhRecord& cie, const CieFacts& cie_facts,
                                                     const EhRecord& fde, const FdeFacts& fde_facts);

}  // namespace xld
