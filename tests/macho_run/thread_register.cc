// arm64: images find the data of a thread by TPIDRRO_EL0, which Linux does not let programs set (and which is 0 under
// qemu-user). Each instruction that reads it becomes a branch to code that loads what Darwin would have there:
//
//     mrs xN, tpidr_el0; ldr xN, [xN, #OFFSET]; b BEHIND
#include <cstring>
#include <sys/mman.h>
#include <vector>

#include "tests/macho_run/image.h"
#include "tests/macho_run/report.h"

namespace macho_run {

#if defined(__aarch64__)

namespace {

constexpr uint32_t kReadRegister = 0xd53bd060, kRegisterMask = 31;  // mrs x0, tpidrro_el0
constexpr uint32_t kReadPointer = 0xd53bd040;                       // mrs x0, tpidr_el0
constexpr uint32_t kLoad = 0xf9400000;                              // ldr x0, [x0]
constexpr size_t kStubSize = 12;

uint32_t branch(Word from, Word to) {
  return 0x14000000 | ((static_cast<uint32_t>(to - from) >> 2) & 0x3ffffff);
}

// Branches reach 128 MiB.
uint8_t* map_near(const Image& image, size_t size) {
  constexpr Word kStep = 0x10000, kFarthest = 0x4000000;
  const Word end = xld::align_up(image.file.highest_address() + image.slide, kStep);
  for (Word distance = 0; distance < kFarthest; distance += kStep) {
    void* wanted = reinterpret_cast<void*>(end + distance);
    void* place = mmap(wanted, size, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (place == wanted) return static_cast<uint8_t*>(place);
    if (place != MAP_FAILED) munmap(place, size);
  }
  fail("%s: there is no room near it for code that reads the thread register", image.path());
}

}  // namespace

void redirect_thread_register(const Image& image) {
  std::vector<uint8_t*> reads;
  image.for_each_instruction([&](uint8_t* place) {
    if ((xld::load<uint32_t>(place) & ~kRegisterMask) == kReadRegister) reads.push_back(place);
  });
  if (reads.empty()) return;
  const Word offset = thread_slots_offset();
  constexpr Word kMostLoaded = 0x7ff8;
  if (offset % sizeof(Word) != 0 || offset > kMostLoaded) fail("thread-local data at %#zx", size_t{offset});
  const size_t size = reads.size() * kStubSize;
  uint8_t* code = map_near(image, size);
  for (uint8_t* read : reads) {
    const uint32_t number = xld::load<uint32_t>(read) & kRegisterMask;
    const Word place = reinterpret_cast<Word>(read), stub = reinterpret_cast<Word>(code);
    xld::store(code, kReadPointer | number);
    xld::store(code + 4, kLoad | static_cast<uint32_t>(offset / sizeof(Word)) << 10 | number << 5 | number);
    xld::store(code + 8, branch(stub + 8, place + 4));
    xld::store(read, branch(place, stub));
    code += kStubSize;
  }
  __builtin___clear_cache(reinterpret_cast<char*>(code - size), reinterpret_cast<char*>(code));
  trace("%s: %zu reads of the thread register", image.path(), reads.size());
}

#else

void redirect_thread_register(const Image&) {}

#endif

}  // namespace macho_run
