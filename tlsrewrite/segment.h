// Thread-local access through GS instead of FS (-z tls-seg=gs): for kernels that leave FS to the programs they run.
//
// Compilers write FS where they write thread-local accesses. What is changed are instructions that are known: those
// with a thread offset as their displacement, and loads of the thread pointer itself.
#pragma once

#include <optional>
#include <span>

#include "arch/x86_decode.h"
#include "core/bytes.h"

namespace xld {

// The instruction whose displacement is at `field`; nothing happens if it has no FS prefix. The finder has the input's
// bytes, `out` are those to change, from the byte `begin` of the input on. False: it cannot be decoded.
bool use_gs(x86::InstructionFinder& finder, uint64_t field, MutableBytes out, uint64_t begin);

// All loads of the thread pointer: mov %fs:0, reg. They have no relocation. `starts` are known starts of instructions.
// Returns where bytes stand that cannot be decoded although there may be such a load among them, if anywhere.
std::optional<uint64_t> use_gs_for_thread_pointer(MutableBytes code, std::span<const uint32_t> starts);

}  // namespace xld
