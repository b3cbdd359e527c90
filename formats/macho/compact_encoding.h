// Compact encodings for functions of which an object has call frame information only.
// <mach-o/compact_unwind_encoding.h>
//
// One word says how a function is unwound wherever it calls another one: it is right if call frame information says the
// same of all places behind a call. Beginning and end of a function, where the frame comes and goes, make no calls.
#pragma once

#include <cstdint>
#include <span>

#include "core/target.h"
#include "formats/frame_rows.h"

namespace xld::macho {

// The encoding, without bits for personality and LSDA; 0: there is none that says what the rows say. `code`: the
// function's bytes, as far as they are known.
uint32_t compact_encoding(Cpu cpu, std::span<const FrameRow> rows, Bytes code);

}  // namespace xld::macho
