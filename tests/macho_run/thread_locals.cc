// See thread_locals.h. A descriptor is {thunk, key, offset}; the thunk gives back the address for the current thread.
//
// Sections of type S_THREAD_LOCAL_REGULAR and S_THREAD_LOCAL_ZEROFILL are, taken together, the template.
#include "tests/macho_run/thread_locals.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

struct Template {
  const Image* image;
  Word start = ~Word{0}, end = 0, initialised_end = 0;  // addresses in the image
  size_t alignment = 16;
};

// By key, starting at 1; never shrinks.
std::vector<Template>& templates() {
  static std::vector<Template> the_templates;
  return the_templates;
}

// The copies of one thread, by key. They stay until the process ends: terminators may still look at them.
thread_local std::vector<void*>* copies = nullptr;

Template measure(const Image& image) {
  Template result{&image};
  for (const Segment& segment : image.file.segments) {
    for (const Section& s : segment.sections) {
      if ((s.type() != kThreadRegular && s.type() != kThreadZeroFill) || s.size == 0) continue;
      result.start = std::min(result.start, s.address + image.slide);
      result.end = std::max(result.end, s.address + image.slide + s.size);
      if (s.type() == kThreadRegular)
        result.initialised_end = std::max(result.initialised_end, s.address + image.slide + s.size);
      if (s.alignment > 15) fail("%s: section %s has alignment 2^%u", image.path(), s.name.c_str(), s.alignment);
      result.alignment = std::max(result.alignment, size_t{1} << s.alignment);
    }
  }
  return result;
}

void* make_copy(const Template& t) {
  const size_t size = t.end - t.start;
  void* block = std::aligned_alloc(t.alignment, xld::align_up(size, t.alignment));
  if (!block) fail("%s: no memory for thread-local variables", t.image->path());
  std::memset(block, 0, size);
  if (t.initialised_end > t.start) {
    std::memcpy(block, reinterpret_cast<const void*>(t.start), t.initialised_end - t.start);
  }
  return block;
}

void run_thread_initialisers(const Image& image) {
  for (const Segment& segment : image.file.segments) {
    for (const Section& s : segment.sections) {
      if (s.type() != kThreadInitPointers) continue;
      for (Word at = 0; at + sizeof(Word) <= s.size; at += sizeof(Word)) {
        macho_call(xld::load<Word>(reinterpret_cast<uint8_t*>(s.address + image.slide + at)), 0, 0, 0, 0, 0);
      }
    }
  }
}

}  // namespace

void set_up_thread_locals(const Image& image) {
  Template measured = measure(image);
  Word key = 0;
  for (const Segment& segment : image.file.segments) {
    for (const Section& s : segment.sections) {
      if (s.type() != kThreadVariables || s.size == 0) continue;
      if (s.size % (3 * sizeof(Word)) != 0) fail("%s: section %s has a broken size", image.path(), s.name.c_str());
      if (measured.end == 0) fail("%s: thread-local variables without a template", image.path());
      if (key == 0) {
        templates().push_back(measured);
        key = templates().size();
      }
      for (Word at = 0; at < s.size; at += 3 * sizeof(Word)) {
        uint8_t* descriptor =
            image.writable(s.address + image.slide + at, 3 * sizeof(Word), "a thread-local descriptor");
        const Word offset = xld::load<Word>(descriptor + 2 * sizeof(Word));
        // dyld fills the thunk in whether it was bound or not (Zig's linker leaves it 0).
        const Word thunk = xld::load<Word>(descriptor), ours = reinterpret_cast<Word>(&macho_tlv_thunk);
        if (thunk != ours && thunk != 0) {
          fail("%s: a thread-local descriptor is not bound to __tlv_bootstrap", image.path());
        }
        xld::store<Word>(descriptor, ours);
        if (offset >= measured.end - measured.start) {
          fail("%s: a thread-local variable has offset %#zx in a template of %#zx bytes", image.path(), size_t{offset},
               size_t{measured.end - measured.start});
        }
        xld::store<Word>(descriptor + sizeof(Word), key);
      }
    }
  }
}

extern "C" void* macho_tlv_address(Word* descriptor) {
  const Word key = descriptor[1], offset = descriptor[2];
  if (key == 0 || key > templates().size()) fail("a thread-local variable is used before its image is ready");
  if (!copies) copies = new std::vector<void*>;
  auto& blocks = *copies;
  if (blocks.size() < key) blocks.resize(key);
  if (!blocks[key - 1]) {
    const Template& t = templates()[key - 1];
    blocks[key - 1] = make_copy(t);
    run_thread_initialisers(*t.image);
  }
  return static_cast<char*>(blocks[key - 1]) + offset;
}

}  // namespace macho_run
