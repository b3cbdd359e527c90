// Looking names up in the host. See host.h.
#include "tests/macho_run/host.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "tests/macho_run/image.h"
#include "tests/macho_run/symbols.h"

namespace macho_run {

namespace {

constexpr HostSymbols (*kTables[])() = {loader_shims, stdio_shims, text_shims, system_shims, thread_shims};
// Code of the host's own compilers means the host's functions, but this loader.
constexpr HostSymbols (*kHostCodeTables[])() = {loader_shims, host_code_thread_shims};

std::span<HostSymbols (*const)()> tables() {
  if (process().options.is_host_code) return kHostCodeTables;
  return kTables;
}

// Functions of the C++ runtime that leave by throwing.
constexpr std::string_view kLeaving[] = {"__cxa_throw",
                                         "__cxa_rethrow",
                                         "_Unwind_Resume",
                                         "_Unwind_Resume_or_Rethrow",
                                         "__cxa_bad_cast",
                                         "__cxa_bad_typeid",
                                         "__cxa_throw_bad_array_new_length"};

Word finish(Word address, HostKind kind) {
  switch (kind) {
    case HostKind::Function:
      return bridge_to_host(address, true);
    case HostKind::Leaves:
      return bridge_to_host(address, false);
    case HostKind::Direct:
    case HostKind::Data:
      return address;
  }
  return address;
}

std::optional<Word> find_shim(std::string_view name) {
  for (const auto table : tables()) {
    for (const HostSymbol& symbol : table()) {
      if (symbol.name == name) return finish(reinterpret_cast<Word>(symbol.address), symbol.kind);
    }
  }
  return std::nullopt;
}

HostKind kind_of(const std::string& name, void* address) {
  for (const std::string_view leaving : kLeaving) {
    if (name == leaving) return HostKind::Leaves;
  }
  Dl_info info{};
  void* entry = nullptr;
  if (!dladdr1(address, &info, &entry, RTLD_DL_SYMENT) || !entry) return HostKind::Function;
  const auto type = static_cast<const ElfW(Sym)*>(entry)->st_info & 15;
  return type == STT_OBJECT || type == STT_TLS ? HostKind::Data : HostKind::Function;
}

std::optional<Word> find_in_libraries(const std::string& name) {
  void* address = dlsym(RTLD_DEFAULT, name.c_str());
#if defined(__aarch64__)
  // Darwin's long double is a double: the functions of double do.
  if (!process().options.is_host_code && name.size() > 2 && name.ends_with('l') && address) {
    void* of_double = dlsym(RTLD_DEFAULT, name.substr(0, name.size() - 1).c_str());
    void* of_float = dlsym(RTLD_DEFAULT, (name.substr(0, name.size() - 1) + "f").c_str());
    if (of_double && of_float) address = of_double;
  }
#endif
  if (!address) return std::nullopt;
  return finish(reinterpret_cast<Word>(address), kind_of(name, address));
}

std::optional<Word> look_up(std::string_view name) {
  if (!name.starts_with("_")) return std::nullopt;
  name.remove_prefix(1);
  if (const auto shim = find_shim(name)) return shim;
  if (process().options.is_host_code) return find_in_libraries(std::string(name));
  const std::string_view plain = name.substr(0, name.find('$'));
  if (plain != name) {
    if (const auto shim = find_shim(plain)) return shim;
  }
  // Functions with a locale of their own: it is the last argument, may be null,
  // and there is only "C" here.
  if (plain.ends_with("_l")) {
    if (const auto without = look_up("_" + std::string(plain.substr(0, plain.size() - 2)))) return without;
  }
  return find_in_libraries(std::string(plain));
}

}  // namespace

// Threads ask when they bind a function, or look for one.
std::optional<Word> find_host_symbol(std::string_view name) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  static std::map<std::string, std::optional<Word>, std::less<>> known;
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  return known.emplace(std::string(name), look_up(name)).first->second;
}

}  // namespace macho_run
