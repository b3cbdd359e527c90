// dyld as images see it: dlopen and its kin, the list of images, the program's arguments, thread-local destructors.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <string>
#include <unistd.h>

#include "tests/macho_run/host.h"
#include "tests/macho_run/image.h"
#include "tests/macho_run/report.h"
#include "tests/macho_run/symbols.h"

extern "C" int __cxa_thread_atexit_impl(void (*)(void*), void*, void*);

namespace macho_run {

namespace {

// Darwin's special handles: default -2, next -1, self -3, main only -5.
bool is_special(void* handle) {
  const auto value = reinterpret_cast<intptr_t>(handle);
  return value < 0 && value >= -5;
}

char last_error[512];
bool has_error = false;

void set_error(const char* what, const char* name) {
  std::snprintf(last_error, sizeof(last_error), "%s: %s", what, name);
  has_error = true;
}

void* open_image(const char* name, int) {
  if (!name) return reinterpret_cast<void*>(-2);
  Image* image = load_image(name, &process().executable(), false);
  if (!image) return set_error("image not found", name), nullptr;
  prepare_images();
  return image;
}

void* find_symbol(void* handle, const char* name) {
  const std::string full = std::string("_") + name;
  std::optional<Definition> found;
  if (is_special(handle)) {
    found = find_flat(full);
  } else {
    const auto* image = static_cast<const Image*>(handle);
    found = find_export(*image, full);
    // The image's libraries are searched as well.
    for (size_t i = 0; i < image->libraries.size() && !found; i++) {
      if (image->libraries[i].image) found = find_export(*image->libraries[i].image, full);
    }
  }
  if (!found) return set_error("symbol not found", name), nullptr;
  return reinterpret_cast<void*>(found->address);
}

int close_image(void*) {
  return 0;
}

char* describe_error() {
  if (!has_error) return nullptr;
  has_error = false;
  return last_error;
}

struct DarwinInfo {
  const char* path;
  Word base;
  const char* name;
  Word address;
};

int describe_address(Word address, DarwinInfo* info) {
  const Image* image = process().image_at(address);
  if (!image) return 0;
  *info = {image->path(), image->header(), nullptr, 0};
  for (const Symbol& symbol : image->file.symbols) {
    const Word value = symbol.value + image->slide;
    if (!symbol.is_defined() || symbol.kind() != kSectionType || value > address || value < info->address) continue;
    info->name = symbol.name.data() + (symbol.name.starts_with("_") ? 1 : 0);
    info->address = value;
  }
  return 1;
}

uint32_t count_images() {
  return static_cast<uint32_t>(process().images.size());
}
const Image* image_number(uint32_t index) {
  return index < process().images.size() ? process().images[index].get() : nullptr;
}
const char* name_of_image(uint32_t index) {
  const Image* image = image_number(index);
  return image ? image->path() : nullptr;
}
Word header_of_image(uint32_t index) {
  const Image* image = image_number(index);
  return image ? image->header() : 0;
}
Word slide_of_image(uint32_t index) {
  const Image* image = image_number(index);
  return image ? image->slide : 0;
}

void announce_images(Word function) {
  for (const auto& image : process().images) macho_call(function, image->header(), image->slide, 0, 0, 0);
}
void ignore_callback(Word) {}

const Image* image_with_header(Word header) {
  for (const auto& image : process().images) {
    if (image->header() == header) return image.get();
  }
  return nullptr;
}

Word find_section_data(Word header, const char* segment, const char* name, unsigned long* size) {
  const Image* image = image_with_header(header);
  const Section* section = image ? image->file.find_section(segment, name) : nullptr;
  *size = section ? section->size : 0;
  return section ? section->address + image->slide : 0;
}

// dyld_unwind_sections of <mach-o/dyld_priv.h>: what a program's own unwinder asks for.
struct UnwindSections {
  Word header, frames, frames_size, compact, compact_size;
};

int find_unwind_sections(Word address, UnwindSections* to) {
  const Image* image = process().image_at(address);
  if (!image) return 0;
  *to = {image->header(), 0, 0, 0, 0};
  if (const Section* s = image->file.find_section("__TEXT", "__eh_frame")) {
    to->frames = s->address + image->slide;
    to->frames_size = s->size;
  }
  if (const Section* s = image->file.find_section("__TEXT", "__unwind_info")) {
    to->compact = s->address + image->slide;
    to->compact_size = s->size;
  }
  return 1;
}

int executable_path(char* to, uint32_t* size) {
  const std::string& path = process().executable().file.path;
  if (*size <= path.size()) return *size = static_cast<uint32_t>(path.size() + 1), -1;
  std::memcpy(to, path.c_str(), path.size() + 1);
  return 0;
}

// Destructors of thread-locals run on the thread that registered them, in the image's world.
struct Destructor {
  Word function, object;
};
void run_destructor(void* raw) {
  const Destructor d = *static_cast<Destructor*>(raw);
  delete static_cast<Destructor*>(raw);
  macho_call(d.function, d.object, 0, 0, 0, 0);
}
void register_thread_destructor(Word function, Word object) {
  static int own_handle;
  __cxa_thread_atexit_impl(run_destructor, new Destructor{function, object}, &own_handle);
}

// The same for __cxa_atexit and atexit, whose functions the host would call with its own %gs.
int register_destructor(Word function, Word object, void*) {
  auto* destructor = new Destructor{function, object};
  return on_exit([](int, void* raw) { run_destructor(raw); }, destructor);
}
int register_function(Word function) {
  return register_destructor(function, 0, nullptr);
}
void ignore_finalize(void*) {}

int* argument_count() {
  return &process().argument_count;
}
char*** arguments() {
  return &process().arguments;
}
char*** environment_variables() {
  return &process().environment;
}
const char* program_name() {
  const std::string& path = process().executable().file.path;
  return path.c_str() + path.rfind('/') + 1;
}
char** program_name_place() {
  static char* name = const_cast<char*>(program_name());
  return &name;
}

// Code of the host's compilers is linked for Darwin's, too.
Word stack_guard = static_cast<Word>(0x5bd1e995a7c13f00);

const HostSymbol kShims[] = {
    {"__stack_chk_guard", &stack_guard, HostKind::Data},
    {"dlopen", open_image},
    {"dlsym", find_symbol},
    {"dlclose", close_image},
    {"dlerror", describe_error},
    {"dladdr", describe_address},
    {"_dyld_image_count", count_images},
    {"_dyld_get_image_name", name_of_image},
    {"_dyld_get_image_header", header_of_image},
    {"_dyld_get_image_vmaddr_slide", slide_of_image},
    {"_dyld_register_func_for_add_image", announce_images},
    {"_dyld_register_func_for_remove_image", ignore_callback},
    {"_dyld_find_unwind_sections", find_unwind_sections},
    {"getsectiondata", find_section_data},
    {"_NSGetExecutablePath", executable_path},
    {"_NSGetArgc", argument_count},
    {"_NSGetArgv", arguments},
    {"_NSGetEnviron", environment_variables},
    {"_NSGetProgname", program_name_place},
    {"getprogname", program_name},
    {"_tlv_atexit", register_thread_destructor},
    {"__cxa_atexit", register_destructor},
    {"__cxa_finalize", ignore_finalize},
    {"atexit", register_function},
};

}  // namespace

HostSymbols loader_shims() {
  return kShims;
}

}  // namespace macho_run
