// What differs between CPUs: entries that images call with conventions of their own, and the registers Darwin keeps.
//
// The assembler halves are machine_<cpu>.S, the rest is machine.cc. On i386 glibc and Darwin both want %gs: the host
// keeps its segment, images get a second one, and every call that leaves an image for the host goes through a bridge
// that changes over (bridge_to_host).
#pragma once

#include "tests/macho_run/macho.h"

namespace macho_run {

extern "C" {
// Entries that images call. Each keeps the registers its convention promises and calls the C function below it.
void macho_stub_binder();                                     // dyld_stub_binder
Word macho_bind_lazily(Word loader_cache, Word lazy_offset);  // the address to go on at
void macho_tlv_thunk();                                       // the first word of a thread-local's descriptor
void* macho_tlv_address(Word* descriptor);
void macho_missing_entry();  // a function the host does not have
[[noreturn]] void macho_report_missing(const char* name);

// Calls a function of an image, with the image's %gs on i386.
Word macho_call(Word function, Word a, Word b, Word c, Word d, Word e);
// Starts a program that takes its arguments from the stack (LC_UNIXTHREAD).
[[noreturn]] void macho_enter(Word entry, Word stack);
}

// Sets up what an image expects of the current thread: %gs on x86, thread-specific data in front of it.
void prepare_thread();
// The slots of the current thread: what Darwin code reaches as %gs:0, %gs:8, ...
Word* thread_slots();
inline constexpr uint32_t kThreadSlots = 512;
// arm64: where a thread finds their address, so many bytes behind its thread pointer.
Word thread_slots_offset();

// Functions of the host, as images may call them. `returns` is false for those that leave by another way (throw).
Word bridge_to_host(Word function, bool returns);
// A piece of code that reports `name` when it is called.
Word make_missing_stub(const char* name);

// Memory for generated code.
uint8_t* allocate_code(size_t size);

}  // namespace macho_run
