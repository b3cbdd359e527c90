// What differs between CPUs and is not assembler: segment registers of threads, and generated code. See machine.h.
#include "tests/macho_run/machine.h"

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <asm/prctl.h>
#elif defined(__i386__)
#include <asm/ldt.h>
#endif

#include "core/bytes.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

// One block a thread, kept until the thread's end. Slot 0 is the block's own address, as pthread_self() wants it.
thread_local Word* slots = nullptr;

Word* allocate_slots() {
  void* block = mmap(nullptr, kThreadSlots * sizeof(Word), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) fail("no memory for the data of a thread");
  auto* words = static_cast<Word*>(block);
  words[0] = reinterpret_cast<Word>(block);
  return words;
}

}  // namespace

Word* thread_slots() {
  if (!slots) prepare_thread();
  return slots;
}

#if defined(__x86_64__)

void prepare_thread() {
  slots = allocate_slots();
  if (syscall(SYS_arch_prctl, ARCH_SET_GS, slots) != 0) fail("arch_prctl(ARCH_SET_GS): %s", std::strerror(errno));
}

Word bridge_to_host(Word function, bool) {
  return function;
}

Word make_missing_stub(const char* name) {
  uint8_t* code = allocate_code(32);
  const uint8_t text[] = {0x48, 0xb8, 0,   0, 0, 0, 0, 0, 0, 0,  // movabs $name, %rax
                          0x49, 0xbb, 0,   0, 0, 0, 0, 0, 0, 0,  // movabs $entry, %r11
                          0x41, 0xff, 0xe3};                     // jmp *%r11
  std::memcpy(code, text, sizeof(text));
  xld::store(code + 2, reinterpret_cast<Word>(name));
  xld::store(code + 12, reinterpret_cast<Word>(&macho_missing_entry));
  return reinterpret_cast<Word>(code);
}

#elif defined(__i386__)

extern "C" {
extern uint16_t macho_host_gs, macho_image_gs;
extern thread_local uint32_t* macho_bridge_top;
void macho_bridge();
void macho_bridge_away();
}

namespace {

constexpr size_t kBridgeStack = 0x10000;  // return addresses of calls that are under way

// The slot of the descriptor table; the first thread asks for one, the others use the same.
unsigned descriptor_slot = ~0u;

}  // namespace

void prepare_thread() {
  slots = allocate_slots();
  user_desc descriptor{};
  descriptor.entry_number = descriptor_slot;
  descriptor.base_addr = reinterpret_cast<Word>(slots);
  descriptor.limit = 0xfffff;
  descriptor.seg_32bit = 1;
  descriptor.limit_in_pages = 1;
  descriptor.useable = 1;
  if (syscall(SYS_set_thread_area, &descriptor) != 0) fail("set_thread_area: %s", std::strerror(errno));
  descriptor_slot = descriptor.entry_number;
  asm volatile("movw %%gs, %0" : "=m"(macho_host_gs));
  macho_image_gs = static_cast<uint16_t>(descriptor_slot * 8 + 3);
  void* stack = mmap(nullptr, kBridgeStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) fail("no memory for the bridges of a thread");
  macho_bridge_top = static_cast<uint32_t*>(stack);
}

namespace {

Word make_jump(Word value_in_eax, void (*entry)()) {
  uint8_t* code = allocate_code(16);
  const uint8_t text[] = {0xb8, 0,   0, 0, 0,  // movl $value, %eax
                          0xb9, 0,   0, 0, 0,  // movl $entry, %ecx
                          0xff, 0xe1};         // jmp *%ecx
  std::memcpy(code, text, sizeof(text));
  xld::store(code + 1, value_in_eax);
  xld::store(code + 6, reinterpret_cast<Word>(entry));
  return reinterpret_cast<Word>(code);
}

}  // namespace

Word bridge_to_host(Word function, bool returns) {
  return make_jump(function, returns ? macho_bridge : macho_bridge_away);
}

Word make_missing_stub(const char* name) {
  return make_jump(reinterpret_cast<Word>(name), macho_missing_entry);
}

#elif defined(__aarch64__)

// Darwin's register, TPIDRRO_EL0, is nothing a user program can set: thread_register.cc.
void prepare_thread() {
  slots = allocate_slots();
}

Word thread_slots_offset() {
  return reinterpret_cast<Word>(&slots) - reinterpret_cast<Word>(__builtin_thread_pointer());
}

Word bridge_to_host(Word function, bool) {
  return function;
}

Word make_missing_stub(const char* name) {
  uint8_t* code = allocate_code(32);
  const uint32_t text[] = {0x58000090,   // ldr x16, name
                           0x580000b1,   // ldr x17, entry
                           0xd61f0220,   // br x17
                           0xd503201f};  // nop
  std::memcpy(code, text, sizeof(text));
  xld::store(code + 16, reinterpret_cast<Word>(name));
  xld::store(code + 24, reinterpret_cast<Word>(&macho_missing_entry));
  __builtin___clear_cache(reinterpret_cast<char*>(code), reinterpret_cast<char*>(code) + 32);
  return reinterpret_cast<Word>(code);
}

#endif

uint8_t* allocate_code(size_t size) {
  constexpr size_t kArena = 0x10000;
  static uint8_t* next = nullptr;
  static size_t left = 0;
  if (left < size) {
    void* arena = mmap(nullptr, kArena, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED) fail("no memory for generated code");
    next = static_cast<uint8_t*>(arena);
    left = kArena;
  }
  uint8_t* result = next;
  const size_t taken = xld::align_up(size, 16);
  next += taken;
  left -= taken;
  return result;
}

extern "C" [[noreturn]] void macho_report_missing(const char* name) {
  fail("%s is called, and the host has no such function", name);
}

}  // namespace macho_run
