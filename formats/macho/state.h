// MachoState: what the Mach-O format keeps for itself during a link (Link::format_state).
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/arena.h"
#include "formats/format.h"
#include "formats/macho/imports.h"
#include "formats/section_keys.h"

namespace xld::macho {

class CompactUnwindChunk;
class LazyPointersChunk;
class LoaderWordChunk;
class StubHelperChunk;
class EhFrameChunk;
class UnwindRows;
class GotChunk;
class ThreadPointersChunk;
class PointersChunk;
class HeaderChunk;
class SymbolTableChunk;
class SymbolNamesChunk;
class IndirectSymbolsChunk;
class KeptIndirectSymbolsChunk;

// A table of __LINKEDIT that is made when addresses are known.
class TableChunk : public Chunk {
 public:
  explicit TableChunk(uint64_t alignment_in) { alignment = alignment_in; }
  uint64_t size() const override { return align_up(bytes.size(), alignment); }
  void write(MutableBytes out) const override { std::copy(bytes.begin(), bytes.end(), out.begin()); }

  std::vector<uint8_t> bytes;
};

// What the oldest system the output runs on understands, and what the options say to that.
struct Features {
  bool has_dyld_info = false;       // else relocations, as before 10.6
  bool has_chained_fixups = false;  // instead of dyld info
  bool has_lazy_pointers = false;   // with dyld info: stubs have words of their own, which are bound
  bool has_lazy_binding = false;    // when their functions are called, if the loader's function for that is there
  uint16_t chained_format = 0;
  bool has_data_const = false;
  bool has_main = false;  // LC_MAIN, else LC_UNIXTHREAD
  bool has_build_version = false;
  bool has_source_version = false;
  bool has_signature = false;
  bool is_encryptable = false;
  bool has_function_starts = false;
  bool has_data_in_code = false;
  bool has_uuid = true;
};

// What objc_lists.h makes of pieces of an object: something else stands for them, or nothing does.
struct ObjcEdit {
  uint32_t section = 0;
  uint64_t address = 0;
  std::string instead;  // a name; empty: the piece is dropped
};

// A place in an object that goes by a name made for it.
struct ObjcPlace {
  FileId file;
  uint32_t section = 0;
  uint64_t address = 0;
};

struct MachoState : FormatState {
  explicit MachoState(uint32_t workers);
  ~MachoState() override;

  SectionKeys section_keys;
  std::atomic<uint64_t> newest_version{0};         // of the objects: minimum system, SDK
  std::atomic<uint32_t> first_platform{0};         // of the objects: the lowest number
  std::atomic<bool> names_initialisers{false};     // a symbol stands in a table of initialisers
  std::atomic<bool> has_thread_variables{false};   // an object has some
  uint32_t platform = 0, minimum_os = 0, sdk = 0;  // platform 0: nobody says
  Features features;

  std::map<FileId, std::vector<ObjcEdit>> objc_edits;  // at most one a place
  std::map<std::string, ObjcPlace> objc_places;

  std::mutex libraries_mutex;
  std::deque<MachoLibrary> read_libraries;

  std::unique_ptr<UnwindRows> unwind_rows;
  std::vector<LoadedLibrary> libraries;  // by ordinal - 1
  std::vector<Import> imports;           // ascending by name
  std::vector<uint8_t> is_exported;      // by SymbolId: other images can find it
  std::vector<uint32_t> import_of;       // by SymbolId: index in `imports`, or kNoImport
  std::vector<SymbolId> reexported;      // names of libraries that the output offers as its own
  bool has_weak_definitions = false, binds_to_weak = false;

  SymbolId stub_binder;                 // the loader's function, if anything is lazy
  std::vector<uint32_t> lazy_entry_of;  // by stub: its entry in __stub_helper, or kNotLazy
  std::vector<uint32_t> lazy_stubs;     // by entry: its stub
  std::vector<uint32_t> lazy_offsets;   // by entry: where in the table of lazy opcodes

  LargeVector<LoadFixup> fixups;        // all words the loader completes, ascending
  std::vector<uint32_t> chain_steps;    // by fixup: to the next of its page, in units of 4 bytes; 0: the last
  std::vector<uint32_t> chain_imports;  // by fixup: its row in the table of imports, if it has a symbol

  // Chunks that the load commands describe; owned by Link::chunks. Those not in this output are null.
  HeaderChunk* header = nullptr;
  GotChunk* pointers = nullptr;
  ThreadPointersChunk* thread_pointers = nullptr;
  PointersChunk* named_pointers = nullptr;
  TableChunk* rebases = nullptr;
  TableChunk* binds = nullptr;
  TableChunk* weak_binds = nullptr;
  TableChunk* lazy_binds = nullptr;
  LazyPointersChunk* lazy_pointers = nullptr;
  StubHelperChunk* stub_helper = nullptr;
  LoaderWordChunk* loader_word = nullptr;
  TableChunk* chained_fixups = nullptr;
  TableChunk* exports = nullptr;
  TableChunk* local_relocs = nullptr;
  TableChunk* external_relocs = nullptr;
  TableChunk* function_starts = nullptr;
  TableChunk* data_in_code = nullptr;
  TableChunk* signature = nullptr;
  // -r: the records of each output section, by its index.
  std::vector<TableChunk*> kept_relocs;
  CompactUnwindChunk* compact_unwind = nullptr;
  EhFrameChunk* eh_frames = nullptr;
  TableChunk* compact_unwind_relocs = nullptr;
  TableChunk* eh_frame_relocs = nullptr;
  bool has_subsections = false;  // of all objects: sections may be cut at symbols
  SymbolTableChunk* symbol_table = nullptr;
  IndirectSymbolsChunk* indirect_symbols = nullptr;
  KeptIndirectSymbolsChunk* kept_indirect_symbols = nullptr;
  SymbolNamesChunk* symbol_names = nullptr;
};

inline MachoState& state_of(const Link& link) {
  return static_cast<MachoState&>(*link.format_state);
}

inline bool is_exported(const Link& link, SymbolId id) {
  const MachoState& state = state_of(link);
  return id.value < state.is_exported.size() && state.is_exported[id.value] != 0;
}

}  // namespace xld::macho
