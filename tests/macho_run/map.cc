// Mapping segments: at their addresses, or slid; protection follows when the fixups are done.
#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/macho_run/image.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

constexpr Word kHostPage = 0x1000;
// Dylibs have no address of their own: they are put here, one after the other, far from any executable.
constexpr Word kLibraryBase = kIs64 ? static_cast<Word>(0x300000000) : 0x20000000;
constexpr Word kLibraryGap = 0x100000;
constexpr Word kLargestImage = kIs64 ? static_cast<Word>(0x100000000) : 0x20000000;

Word next_library_base = kLibraryBase;

Word choose_base(const Image& image, Word size) {
  const Word wanted = image.file.lowest_address();
  const Word slide = image.file.is_pie() ? process().options.slide : 0;
  if (wanted != 0 || image.file.file_type == kExecute) return wanted + slide;
  const Word base = next_library_base + slide;
  next_library_base += xld::align_up(size, kLibraryGap) + kLibraryGap;
  return base;
}

int host_protection(uint32_t protection) {
  return static_cast<int>(protection & (PROT_READ | PROT_WRITE | PROT_EXEC));
}

}  // namespace

void map_image(Image& image) {
  const MachoFile& file = image.file;
  const Word lowest = file.lowest_address(), size = file.highest_address() - lowest;
  if (size > kLargestImage) fail("%s: an image of %#zx bytes", image.path(), size_t{size});
  const Word base = choose_base(image, size);
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE;
  void* place = mmap(reinterpret_cast<void*>(base), size, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (place != reinterpret_cast<void*>(base)) {
    fail("%s: cannot be mapped at %#zx, size %#zx (%s)", image.path(), size_t{base}, size_t{size},
         place == MAP_FAILED ? std::strerror(errno) : "something else is there");
  }
  image.slide = base - lowest;
  for (const Segment& s : file.segments) {
    if (s.memory_size == 0 || s.file_size == 0) continue;
    // Bytes behind the segment's end in the file up to the end of the page come from the file, as in xnu.
    const Word end = std::min<Word>(xld::align_up(s.file_size, kHostPage), file.bytes.size() - s.file_offset);
    const Word mapped = std::min<Word>(end, s.memory_size);
    std::memcpy(reinterpret_cast<void*>(s.address + image.slide), file.bytes.data() + s.file_offset, mapped);
  }
  trace("%s: mapped at %#zx, slide %#zx", image.path(), size_t{base}, size_t{image.slide});
}

void protect_image(const Image& image) {
  for (const Segment& s : image.file.segments) {
    if (s.memory_size == 0 || (s.initial_protection == 0 && s.file_size == 0)) continue;
    int protection = host_protection(s.initial_protection);
    if (s.flags & kReadOnlyAfterFixups) protection &= ~PROT_WRITE;
    // dyld fills i386 jump tables while the program runs, and so does this loader.
    for (const Section& section : s.sections) {
      if (section.is_self_modifying()) protection |= PROT_WRITE;
    }
    void* start = reinterpret_cast<void*>(s.address + image.slide);
    if (mprotect(start, xld::align_up(s.memory_size, kHostPage), protection) != 0) {
      fail("%s: segment %s cannot be protected: %s", image.path(), s.name.c_str(), std::strerror(errno));
    }
    __builtin___clear_cache(static_cast<char*>(start), static_cast<char*>(start) + s.memory_size);
  }
}

bool Image::holds(Word address) const {
  return file.segment_at(address - slide, 1) != nullptr && address - slide >= file.lowest_address();
}

bool Image::is_executable(Word address) const {
  const Segment* s = file.segment_at(address - slide, 1);
  return s && (s->initial_protection & PROT_EXEC) != 0;
}

uint8_t* Image::patchable(Word address, size_t size, const char* what) const {
  const Segment* s = file.segment_at(address - slide, size);
  if (!s || s->initial_protection == 0) {
    fail("%s: %s at %#zx (unslid) is outside the image", path(), what, size_t{address - slide});
  }
  return reinterpret_cast<uint8_t*>(address);
}

uint8_t* Image::writable(Word address, size_t size, const char* what) const {
  uint8_t* place = patchable(address, size, what);
  const Segment* s = file.segment_at(address - slide, size);
  if (!s->is_writable()) {
    fail("%s: %s at %#zx (unslid) is in segment %s, which is read-only", path(), what, size_t{address - slide},
         s->name.c_str());
  }
  return place;
}

}  // namespace macho_run
