// An image in memory, and the list of all of them: what dyld knows of a process.
//
// The list is global, as it is in dyld; images are never unmapped. Writing to an image goes through `store`, which
// checks that the place belongs to it and is writable: fixups come from the file.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/macho_run/file.h"
#include "tests/macho_run/machine.h"

namespace macho_run {

struct Image;

// What an ordinal means: an image, the host's libraries, or (a weak one) nothing.
struct Library {
  Image* image = nullptr;
  bool is_host = false;
  bool is_reexported = false;
};

struct Image {
  MachoFile file;
  uint32_t index = 0;
  Word slide = 0;
  std::vector<Library> libraries;  // ordinal 1 is the first
  bool is_bound = false, is_initialised = false;

  Word header() const { return file.header_address() + slide; }
  const char* path() const { return file.path.c_str(); }
  bool holds(Word address) const;
  // The bytes of the file that are mapped at an address (with slide); nothing outside.
  bool is_executable(Word address) const;

  // A place that fixups may change. `what` is for the message.
  uint8_t* writable(Word address, size_t size, const char* what) const;
  uint8_t* patchable(Word address, size_t size, const char* what) const;  // in any segment: text relocations

  // CPUs whose instructions have four bytes, while the image is not protected yet.
  template <class Visit>
  void for_each_instruction(Visit visit) const {
    for (const Segment& segment : file.segments) {
      for (const Section& section : segment.sections) {
        if (!section.has_instructions()) continue;
        const Word start = section.address + slide;
        for (Word at = 0; at + 4 <= section.size; at += 4) visit(reinterpret_cast<uint8_t*>(start + at));
      }
    }
  }
};

struct Options {
  Word slide = 0;
  bool binds_at_once = false;   // lazy pointers, too
  bool allows_missing = false;  // names the host does not have become stubs that end the program
  bool is_host_code = false;    // compiled for the host: its C library is meant, not Darwin's
  std::vector<std::string> library_folders;
};

struct Process {
  Options options;
  std::vector<std::unique_ptr<Image>> images;  // in load order; the executable is the first
  // argc, argv, envp and apple as the image sees them: one block, since Go reads apple behind envp.
  int argument_count = 0;
  char **arguments = nullptr, **environment = nullptr, **apple = nullptr;

  Image& executable() { return *images.front(); }
  Image* image_at(Word address);
};

Process& process();

// Maps an image and what it needs. `loader` is the image whose @loader_path and run paths count.
Image* load_image(const std::string& name, const Image* loader, bool is_required);
Image* load_executable(const std::string& path);
void prepare_images();  // fixups, protection and initialisers of all that are new, in dependency order

// map.cc
void map_image(Image& image);
void protect_image(const Image& image);

// thread_register.cc
void redirect_thread_register(const Image& image);

// search.cc: the file behind an install name; empty if there is none.
std::string find_library(const std::string& name, const Image* loader);
bool is_host_library(const std::string& name);

// initialise.cc
void run_initialisers(Image& image);

}  // namespace macho_run
