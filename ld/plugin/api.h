// The linker-plugin interface: what a compiler's plugin and a linker call of each other, as a binary contract.
//
// GCC and LLVM bring such a plugin (liblto_plugin.so, LLVMgold.so). It is loaded, given a list of tagged values (`Tag`)
// that says what the linker offers, and registers handlers; then it claims files, names their symbols, learns how they
// were resolved, and delivers objects. Numbers and layouts are those of GNU's plugin-api.h (version 1 of the interface,
// with the additions of binutils 2.41); their meaning is described in GCC's wiki, "whopr/driver".
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace xld::plugin {

enum class Status : int { Ok = 0, NoSymbols = 1, BadHandle = 2, Error = 3 };

enum class OutputType : int { Relocatable = 0, Executable = 1, SharedLibrary = 2, Pie = 3 };

// Info, Warning: go on. Error: no output. Fatal: the plugin does not expect to be called again, nor to return.
enum class Level : int { Info = 0, Warning = 1, Error = 2, Fatal = 3 };

enum class SymbolKind : uint8_t { Definition = 0, WeakDefinition = 1, Reference = 2, WeakReference = 3, Common = 4 };

enum class SymbolVisibility : int { Default = 0, Protected = 1, Internal = 2, Hidden = 3 };

// What became of a symbol of a claimed file. "Regular" is whatever is not claimed.
enum class SymbolResolution : int {
  Unknown = 0,
  Undefined = 1,
  PrevailingDefinition = 2,       // in force, and regular code may refer to it
  PrevailingOnlyInIr = 3,         // in force, and only claimed files refer to it
  PreemptedByRegular = 4,         // another definition is in force
  PreemptedByIr = 5,              // so, and that one is in a claimed file
  ResolvedByIr = 6,               // a reference, and who defines it
  ResolvedByRegular = 7,          //
  ResolvedBySharedLibrary = 8,    //
  PrevailingOnlyInIrExported = 9  // as 3, but the output exports it; since version 2 of get_symbols
};

struct Symbol {
  char* name;
  char* version;  // "name@version", without the name; or null
  uint8_t kind;   // SymbolKind
  uint8_t type;   // 0: unknown, 1: function, 2: variable; since version 2 of add_symbols, as is the next
  uint8_t section_kind;
  uint8_t unused;
  int visibility;  // SymbolVisibility
  uint64_t size;
  char* comdat_key;  // name of the group it belongs to; or null
  int resolution;    // SymbolResolution
};

struct File {
  const char* name;
  int fd;
  off_t offset;  // of the member in its archive
  off_t size;
  void* handle;  // names the file in calls of the plugin
};

enum class Tag : int {
  Null = 0,
  ApiVersion = 1,
  GoldVersion = 2,
  LinkerOutput = 3,
  Option = 4,
  RegisterClaimFile = 5,
  RegisterAllSymbolsRead = 6,
  RegisterCleanup = 7,
  AddSymbols = 8,
  GetSymbols = 9,
  AddInputFile = 10,
  Message = 11,
  GetInputFile = 12,
  ReleaseInputFile = 13,
  AddInputLibrary = 14,
  OutputName = 15,
  SetExtraLibraryPath = 16,
  GnuLdVersion = 17,
  GetView = 18,
  // 19 to 24, 26, 27, 29, 30: looking at and ordering the sections of regular files. Not offered.
  GetSymbolsV2 = 25,
  GetSymbolsV3 = 28,
  RegisterNewInput = 31,
  GetWrapSymbols = 32,
  AddSymbolsV2 = 33,
  GetApiVersion = 34,
  RegisterClaimFileV2 = 35,
};

inline constexpr int kApiVersion = 1;

// What GetApiVersion negotiates. Level 1: the newest get_symbols and add_symbols are there, and no older is used.
inline constexpr int kApiLevel = 1;

using ClaimFileHandler = Status (*)(const File* file, int* is_claimed);
using ClaimFileHandlerV2 = Status (*)(const File* file, int* is_claimed, int is_known_used);
using EventHandler = Status (*)();
using NewInputHandler = Status (*)(const File* file);

struct TaggedValue {
  Tag tag;
  union {
    int number;
    const char* text;
    Status (*register_claim_file)(ClaimFileHandler);
    Status (*register_claim_file_v2)(ClaimFileHandlerV2);
    Status (*register_event)(EventHandler);
    Status (*register_new_input)(NewInputHandler);
    Status (*add_symbols)(void* handle, int count, const Symbol* symbols);
    Status (*get_symbols)(const void* handle, int count, Symbol* symbols);
    Status (*take_text)(const char* text);
    Status (*message)(int level, const char* format, ...);
    Status (*get_input_file)(const void* handle, File* file);
    Status (*get_view)(const void* handle, const void** view);
    Status (*release_input_file)(const void* handle);
    Status (*get_wrap_symbols)(uint64_t* count, const char*** names);
    int (*get_api_version)(const char* plugin, const char* plugin_version, int lowest, int highest, const char** linker,
                           const char** linker_version);
  };
};

// The symbol "onload" of the plugin.
using Onload = Status (*)(TaggedValue* values);

}  // namespace xld::plugin
