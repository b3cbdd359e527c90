// macho-run [OPTION]... PROGRAM [ARGUMENT]...: runs a Mach-O executable of this CPU on Linux.
//
//   --slide=NUMBER           where position independent images go, relative to where they would be
//   --bind-now               lazy pointers are bound at the start
//   --allow-missing          names that the host does not have end the program when they are called, not before
//   --host-code              the program was compiled for Linux: names mean the host's functions and structures
//   --library-folder=FOLDER  libraries are looked for here first, by their base names
//   --trace                  prints every image, fixup and initialiser
//
// The same options are read from MACHO_RUN_OPTIONS. The status is the program's; 125 means that the loader refused it.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <sys/mman.h>

#include "tests/macho_run/image.h"
#include "tests/macho_run/report.h"
#include "tests/macho_run/system_calls.h"

extern char** environ;

namespace macho_run {

namespace {

void read_option(const std::string& option) {
  Options& options = process().options;
  const auto value = [&](std::string_view name) -> const char* {
    return option.starts_with(name) ? option.c_str() + name.size() : nullptr;
  };
  if (option == "--bind-now") {
    options.binds_at_once = true;
  } else if (option == "--allow-missing") {
    options.allows_missing = true;
  } else if (option == "--host-code") {
    options.is_host_code = true;
  } else if (option == "--trace") {
    enable_trace();
  } else if (const char* slide = value("--slide=")) {
    options.slide = static_cast<Word>(std::strtoull(slide, nullptr, 0));
    if (options.slide % 0x4000 != 0) fail("--slide=%s is no multiple of 0x4000", slide);
  } else if (const char* folder = value("--library-folder=")) {
    options.library_folders.emplace_back(folder);
  } else {
    fail("unknown option %s", option.c_str());
  }
}

int read_options(int count, char** arguments) {
  if (const char* more = std::getenv("MACHO_RUN_OPTIONS")) {
    std::istringstream words(more);
    for (std::string word; words >> word;) read_option(word);
  }
  int first = 1;
  while (first < count && std::strncmp(arguments[first], "--", 2) == 0) read_option(arguments[first++]);
  if (first == count) fail("usage: macho-run [OPTION]... PROGRAM [ARGUMENT]...");
  return first;
}

// The kernel's block: argc, argv, envp and apple behind each other. It is also the stack of LC_UNIXTHREAD programs.
Word* build_block(int count, char** arguments, const Image& executable) {
  constexpr size_t kStackSize = 8 << 20;
  size_t variables = 0;
  while (environ[variables]) variables++;
  static std::string path = "executable_path=" + executable.file.path;
  auto* stack = static_cast<char*>(
      mmap(nullptr, kStackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  if (stack == MAP_FAILED) fail("no memory for a stack");
  const size_t words = 1 + static_cast<size_t>(count) + 1 + variables + 1 + 2;
  auto* block = reinterpret_cast<Word*>(stack + kStackSize - xld::align_up(words * sizeof(Word), 16) - 64);
  Word* next = block;
  *next++ = static_cast<Word>(count);
  Process& p = process();
  p.argument_count = count;
  p.arguments = reinterpret_cast<char**>(next);
  for (int i = 0; i < count; i++) *next++ = reinterpret_cast<Word>(arguments[i]);
  *next++ = 0;
  p.environment = reinterpret_cast<char**>(next);
  for (size_t i = 0; i < variables; i++) *next++ = reinterpret_cast<Word>(environ[i]);
  *next++ = 0;
  p.apple = reinterpret_cast<char**>(next);
  *next++ = reinterpret_cast<Word>(path.data());
  *next++ = 0;
  return block;
}

[[noreturn]] void run(Image& executable, Word* block) {
  const Process& p = process();
  errno = 0;
  if (executable.file.main_offset) {
    const Word entry = executable.header() + static_cast<Word>(*executable.file.main_offset);
    if (!executable.is_executable(entry)) fail("%s: LC_MAIN is not in code", executable.path());
    std::exit(
        static_cast<int>(macho_call(entry, static_cast<Word>(p.argument_count), reinterpret_cast<Word>(p.arguments),
                                    reinterpret_cast<Word>(p.environment), reinterpret_cast<Word>(p.apple), 0)));
  }
  const Word entry = *executable.file.thread_entry + executable.slide;
  if (!executable.is_executable(entry)) fail("%s: LC_UNIXTHREAD does not start in code", executable.path());
  macho_enter(entry, reinterpret_cast<Word>(block));
}

int run_program(int argument_count, char** arguments) {
  const int first = read_options(argument_count, arguments);
  prepare_thread();
  const Image& executable = *load_executable(arguments[first]);
  Word* block = build_block(argument_count - first, arguments + first, executable);
  if (!executable.file.needs_dyld) trap_system_calls(executable);
  prepare_images();
  run(process().executable(), block);
}

}  // namespace

}  // namespace macho_run

int main(int argument_count, char** arguments) {
  return macho_run::run_program(argument_count, arguments);
}
