// Initialisers and terminators of one image: LC_ROUTINES, __mod_init_func, __init_offsets, __mod_term_func.
#include <cstdlib>
#include <vector>

#include "tests/macho_run/image.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

void call_initialiser(const Image& image, Word function) {
  if (!image.is_executable(function)) fail("%s: initialiser %#zx is no code", image.path(), size_t{function});
  trace("%s: initialiser %#zx", image.path(), size_t{function});
  const Process& p = process();
  macho_call(function, static_cast<Word>(p.argument_count), reinterpret_cast<Word>(p.arguments),
             reinterpret_cast<Word>(p.environment), reinterpret_cast<Word>(p.apple), 0);
}

template <class Entry>
std::vector<Entry> entries(const Image& image, const Section& section) {
  if (section.size % sizeof(Entry) != 0) {
    fail("%s: section %s has size %#zx, no multiple of %zu", image.path(), section.name.c_str(), size_t{section.size},
         sizeof(Entry));
  }
  const auto* first = reinterpret_cast<const uint8_t*>(section.address + image.slide);
  std::vector<Entry> result;
  for (Word at = 0; at < section.size; at += sizeof(Entry)) result.push_back(xld::load<Entry>(first + at));
  return result;
}

// What has to run at the end, in the order of registration; run backwards.
std::vector<Word>& terminators() {
  static std::vector<Word> the_terminators;
  return the_terminators;
}

void run_terminators() {
  while (!terminators().empty()) {
    const Word function = terminators().back();
    terminators().pop_back();
    macho_call(function, 0, 0, 0, 0, 0);
  }
}

void register_terminators(const Image& image, const Section& section) {
  terminators();  // made before it is registered what uses it, so that it is there as long
  static const int registered = std::atexit(run_terminators);
  if (registered != 0) fail("atexit failed");
  for (const Word function : entries<Word>(image, section)) {
    if (!image.is_executable(function)) fail("%s: terminator %#zx is no code", image.path(), size_t{function});
    terminators().push_back(function);
  }
}

}  // namespace

void run_initialisers(Image& image) {
  for (const Segment& segment : image.file.segments) {
    for (const Section& section : segment.sections) {
      if (section.type() == kTermPointers) register_terminators(image, section);
    }
  }
  if (image.file.initialiser) call_initialiser(image, *image.file.initialiser + image.slide);
  for (const Segment& segment : image.file.segments) {
    for (const Section& section : segment.sections) {
      if (section.type() == kInitPointers) {
        for (const Word function : entries<Word>(image, section)) call_initialiser(image, function);
      } else if (section.type() == kInitOffsets) {
        for (const uint32_t offset : entries<uint32_t>(image, section))
          call_initialiser(image, image.header() + offset);
      }
    }
  }
}

}  // namespace macho_run
