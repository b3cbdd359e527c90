// Thread-local access through GS instead of FS (-z tls-seg=gs): for kernels that leave FS to the programs they run.
//
// Compilers write FS where they write thread-local accesses. What is changed are instructions that are known: those
// with a thread offset as their displacement, and loads of the thread pointer itself.
#pragma once

#include "core/bytes.h"

namespace xld {

// The instruction whose 32-bit displacement is at `field`; nothing happens if it has no FS prefix.
void use_gs(MutableBytes code, uint64_t field);

// All loads of the thread pointer: mov %fs:0, reg. They have no relocation; the nine bytes are theirs alone.
void use_gs_for_thread_pointer(MutableBytes code);

}  // namespace xld
