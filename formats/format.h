// Format: what a file format supplies to the linker, as one table of functions; and Link, what is known so far.
//
// The passes in ld/ call these functions and never ask which format they work for; both formats give each of them a
// real body. All input bytes are untrusted: readers report to Session::diagnostics and leave the file without symbols
// or atoms.
//
// A Link is filled from top to bottom, one part a pass; a pass reads the parts above its own and changes none of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "arch/arch.h"
#include "core/arena.h"
#include "core/atom.h"
#include "core/digest.h"
#include "core/image.h"
#include "core/input_file.h"
#include "core/reloc.h"
#include "core/session.h"
#include "dynimport/slots.h"
#include "dynimport/stub_library.h"
#include "formats/code_starts.h"
#include "formats/description.h"
#include "layout/islands.h"
#include "layout/layout.h"
#include "layout/merge.h"
#include "tlsrewrite/access_log.h"
#include "tlsrewrite/slot_access.h"

namespace xld {

struct Format;

// What a format keeps for itself during a link.
class FormatState {
 public:
  virtual ~FormatState() = default;
};

enum class LoadFixupKind : uint8_t {
  Word,        // the load address or, if there is a symbol, the address that is found for it
  Distance,    // the word's own address is subtracted
  Size,        // not the address, but the size of what is found
  NarrowSize,  // the same in four bytes, where words have eight
};

// A word the loader completes.
struct LoadFixup {
  uint64_t address = 0;
  uint64_t value = 0;  // what it is added to
  SymbolId symbol;
  LoadFixupKind kind = LoadFixupKind::Word;
  bool is_packed = false;  // one of Link::packed_places
};

// How many words of an atom the loader completes.
struct FixupCount {
  uint32_t all = 0;
  uint32_t symbolic = 0;  // those of them with a symbol
  uint32_t packed = 0;    // those of them in Link::packed_places
};

// A word the loader adds the load address to, in the form that packs many of them (Link::packs_fixups).
struct PackedPlace {
  AtomId atom;
  uint32_t offset = 0;
  auto operator<=>(const PackedPlace&) const = default;
};

// An output section to be: atoms with equal keys become neighbours.
struct SectionKey {
  std::string_view name;
  uint32_t type = 0;
  uint64_t flags = 0;
};

// A position in an atom's relocations; `next` and `end` count raw records.
struct RelocCursor {
  uint32_t next = 0;
  uint32_t end = UINT32_MAX;
};

// An access to a runtime slot that is made in code of its own, with the thread pointer in a register (--tls-indirect).
struct SlotDetour {
  AtomId atom;
  SlotField field;           // without its address
  int64_t displacement = 0;  // of the slot

  bool operator<(const SlotDetour& other) const {
    return std::pair(atom, field.offset) < std::pair(other.atom, other.field.offset);
  }
};
class SlotDetoursChunk;

// Why an archive member takes part: the first entry of a member counts.
struct Extraction {
  FileId member;
  FileId user;  // none: an option wants the name
  SymbolId symbol;
};

// An atom that another, identical one stands for.
struct FoldedAtom {
  AtomId leader;
  AtomId atom;
  auto operator<=>(const FoldedAtom&) const = default;
};

// What an atom's bytes and relocations do not say: only atoms of one kind can be the same.
struct FoldKind {
  uint64_t facts = 0;
  bool has_address = true;  // false: nobody compares its address, whatever refers to it
  bool operator==(const FoldKind&) const = default;
};

// A file that is no input but says something of the names of the output.
enum class SettingKind : uint8_t {
  VersionScript,
  DynamicList,  // names others may replace; a library binds all others to itself
  ExportList,   // names others may find
};
struct SettingFile {
  SettingKind kind = SettingKind::VersionScript;
  std::string path;
  Bytes bytes;
  size_t begin = 0;  // where in the file the setting stands, if in another language's text
};

// A variable that a shared library defines.
struct LibraryVariable {
  uint64_t size = 0;
  uint8_t alignment_log2 = 0;
  bool is_zero_fill = false;
  bool is_weak = false;
};

// An import that was asked for, and what has become of it.
struct DynamicImport {
  ImportRequest request;
  std::string origin;  // the option, or the object and its section
  SymbolId name;       // ImportRequest::local
  InputFile* library = nullptr;
  uint32_t raw_symbol = 0;                 // in the library
  ImportForm form = ImportForm::Inferred;  // settled if something refers to the name
  SymbolId pointee;                        // of a pointer: what the loader looks for

  Claim claim() const { return Claim::make(ClaimClass::Outside, library->id, raw_symbol); }
};

// ASSERT(EXPRESSION, "MESSAGE") of a script: has to hold when addresses are known.
struct Assertion {
  std::string expression, message;
  std::string source;  // file and line
};

struct Link {
  explicit Link(Session& s)
      : session(s),
        output_path(s.options.output),
        defines_commons(s.options.define_common),
        dissolves_groups(s.options.force_group_allocation),
        copy_ban(s.options.dynamic.copy_relocs ? "" : "-z nocopyreloc") {}

  Session& session;
  const Format* format = nullptr;
  const Arch* arch = nullptr;
  std::unique_ptr<FormatState> format_state;

  // What were we given, what does each name mean?
  std::function<Result<Bytes>(const std::string& path)> open_referenced;  // a file that an input refers to; any thread
  Inputs inputs;
  std::vector<SettingFile> setting_files;         // in the order of the command line
  std::vector<SymbolAssignment> assignments;      // those of the options, then those of scripts among the inputs
  std::vector<std::string> undefined_in_scripts;  // EXTERN
  std::string entry_in_script;                    // ENTRY
  std::vector<Assertion> assertions;              // ASSERT
  std::string output_path;                        // -o, or OUTPUT
  bool defines_commons = false;                   // -d, FORCE_COMMON_ALLOCATION
  bool dissolves_groups = false;                  // --force-group-allocation, FORCE_GROUP_ALLOCATION
  SymbolTable symbols;
  std::vector<uint32_t> group_owners;                 // by SymbolId of the group's key: the file that provides it
  std::vector<Extraction> extractions;                // filled for maps only
  std::vector<PluginOption> plugins;                  // ld/plugin/choice.h
  bool is_left_to_plugin = false;                     // it has written what was asked for: there is nothing to link
  std::vector<DynamicImport> imports;                 // each name once, in the order of asking
  std::map<SymbolId, LibraryVariable> least_commons;  // what common symbols are at least, for libraries have them, too
  Array<Atom> atoms;                                  // by AtomId; files reserve ranges, see InputFile
  AtomId first_linker_atom;  // atoms the linker makes (common symbols) stand behind those of all files
  uint32_t linker_atom_count = 0;
  std::vector<SymbolId> runtime_slots;  // names that mean one; ascending
  mutable CodeStarts code_starts;

  // What is needed, and what is left to the loader?
  std::map<SymbolId, std::vector<AtomId>> bracketed;  // what a start or end symbol of a section keeps
  Array<uint8_t> is_live;                             // by AtomId
  std::vector<FoldedAtom> folded;                     // sorted
  bool encodes_fixups = false;                        // a table of them is as long as its values make it
  bool packs_fixups = false;                          // aligned words with the load address alone are packed
  std::vector<PackedPlace> packed_places;             // sorted
  bool has_text_fixups = false;                       // the loader writes to what is read-only afterwards
  std::string copy_ban;                               // why libraries' variables are not copied; empty: they may be
  bool keeps_shortened_slots = false;    // the output is too large for every shortened GOT load: all slots are made
  std::vector<SlotDetour> slot_detours;  // sorted
  LocalNeeds local_needs;
  SlotRules slot_rules;  // settled by Format::settle_libraries
  Slots slots;
  Array<FixupCount> fixup_counts;  // by AtomId; empty if there is no loader and the output does not move

  std::set<std::string, std::less<>> retained_names;  // --retain-symbols-file: nothing else is in the symbol table
  bool retains_all_names = true;
  std::vector<AtomId> call_order;  // functions that a profile speaks of, in the order chosen for them

  // Where does everything go?
  std::vector<std::unique_ptr<MergedSection>> merge_pools;
  std::vector<Chunk*> merge_chunks;  // by pool: where it went
  std::vector<std::unique_ptr<Chunk>> chunks;
  Layout layout;
  std::string separate_file;         // where OutputSection::is_separate ones go; empty: there are none
  std::unique_ptr<Islands> islands;  // none: all branches reach
  const SlotDetoursChunk* slot_detours_chunk = nullptr;  // none: there are no detours
  std::vector<uint64_t> symbol_addresses;                // by SymbolId; of a function with a stub, the stub's
  LargeVector<LoadFixup> fixups;                         // in output order; filled while atoms are written
  std::vector<uint32_t> first_fixups;                    // by AtomId: its first in `fixups`
  uint64_t entry_address = 0;
  std::optional<DigestKind> tile_digest;  // the format names its output after its content (Format::begin)
  uint64_t thread_pointer = 0;            // the address thread-local offsets count from
  AccessLog tls_accesses;                 // filled while the output is written, if a report is asked for

  // Relocates a copy of a part of an atom for a chunk that moves input bytes itself; see ld/emit.h.
  void (*relocate_part)(Link&, const InputFile&, const Atom&, MutableBytes out, uint64_t address, uint32_t begin,
                        RelocCursor cursor) = nullptr;

  // How an instruction that loads from a GOT slot was shortened; set while the output is written.
  GotLoadForm (*got_load_form)(const Link&, const Atom&, const Reloc&) = nullptr;

  Atom& atom(AtomId id) { return atoms[id.value]; }
  const Atom& atom(AtomId id) const { return atoms[id.value]; }
  Diagnostics& diagnostics() const { return session.diagnostics; }
  const Options& options() const { return session.options; }
  const Target& target() const { return session.target; }

  // The symbol's value is where the target keeps a runtime slot, counted from the thread register.
  bool is_runtime_slot(SymbolId id) const {
    return !runtime_slots.empty() && std::binary_search(runtime_slots.begin(), runtime_slots.end(), id);
  }

  // Relocations are applied to the output's bytes, kept as records beside them, or both.
  bool applies_relocs() const { return target().output != OutputKind::Relocatable; }
  bool keeps_relocs() const { return !applies_relocs() || options().emit_relocs; }

  AtomId id_of(const Atom& a) const { return AtomId{static_cast<size_t>(&a - atoms.data())}; }

  // Run-time address of an offset in an atom; only after layout.
  uint64_t address_of(const Atom& a, uint64_t offset) const {
    if (!a.has(atom_flag::kMerge)) return a.address + offset;
    return merge_chunks[a.order]->address + merge_pools[a.order]->output_offset(a.reloc_count, offset);
  }
};

// Universal: several files for several CPUs in one.
// Makes a chunk that lives as long as the link.
template <class T, class... Arguments>
T* add_chunk(Link& link, Arguments&&... arguments) {
  auto chunk = std::make_unique<T>(std::forward<Arguments>(arguments)...);
  T* result = chunk.get();
  link.chunks.push_back(std::move(chunk));
  return result;
}

enum class FileKind : uint8_t { Unknown, Object, SharedLibrary, Executable, CompilerIr, Universal };

struct Identity {
  FileKind kind = FileKind::Unknown;
  ObjectFormat format = ObjectFormat::Unknown;
  Cpu cpu = Cpu::Unknown;
  std::string_view foreign_cpu = {};  // for messages: a CPU that is Unknown to the linker but has a name
  uint32_t cpu_number = 0;            // the format's own
  bool is_for_any_cpu = false;        // describes libraries for several CPUs
  OperatingSystem os = OperatingSystem::Unknown;
};

// What some relocations refer to, as far as it may be dropped.
struct ReachedAtoms {
  std::array<AtomId, 64> ids;
  uint32_t count = 0;
  bool is_full() const { return count == ids.size(); }
};

// A copy of an atom, or of a part of one, that is being relocated.
struct PlainPart {
  MutableBytes out;
  uint64_t address = 0;  // where `out` runs
  uint32_t begin = 0;    // where it begins in the atom
};

// A shortcut for the relocations that are most of all; what it does is what decoding and applying them one by one does.
struct PlainPath {
  // For the walk over live atoms, before there are addresses: passes over relocations of the cursor's range that need
  // nothing but their targets, up to the first other one, and returns the index of that. Adds the targets to `reached`
  // if there is one, and stops early when it is full.
  uint32_t (*pass_over)(const Link&, const InputFile&, const Atom&, RelocCursor cursor, ReachedAtoms* reached);
  // Makes what apply() looks up, when addresses are known. One task a file.
  void (*prepare)(Link&, InputFile&, uint32_t worker);
  // Applies relocations of the cursor's range, up to the first one that is not plain, and returns the index of that.
  // Words that get the load address added are noted at `fixup`, which has room for those the walk has counted.
  uint32_t (*apply)(const Link&, const InputFile&, const Atom&, const PlainPart&, RelocCursor cursor,
                    LoadFixup*& fixup);
};

// For outputs that keep relocations as records (-r, --emit-relocs). The records themselves are chunks of the format's
// plan: their number is known from counts alone. docs/decisions/0013-kept-relocations.md.
struct KeptRelocs {
  // Makes what rewriting records looks up, when atoms have their places. One task a file.
  void (*prepare)(Link&, InputFile&, uint32_t worker);
  // Changes a copy of an atom so that it agrees with the records written for the cursor's range: addends that stand in
  // fields, marks for targets that are gone. `out` holds the atom's bytes from `begin` on. Only where relocations are
  // kept instead of applied.
  void (*adjust)(const Link&, const InputFile&, const Atom&, MutableBytes out, uint32_t begin, RelocCursor cursor);
};

struct Format {
  ObjectFormat id;
  std::span<const Cpu> cpus;                 // for which it can be written
  bool has_copies = true;                    // a program may have the only copy of a library's variable
  ClaimClass weak_class = ClaimClass::Weak;  // of a weak definition, if its file says no more
  bool libraries_start = true;               // -e means something for them, too
  bool weak_references_extract = false;      // a weak reference wants a member of an archive as much as a strong one

  // Is this file of the format, for whom, and what is it? Looks at the header only.
  Identity (*identify)(Bytes);

  // An object to be linked if nothing else defines the name the program starts at; empty: none. Asked when the inputs
  // are open.
  std::string (*make_start_object)(const Link&) = nullptr;  // none: programs bring their own

  // Settles what the options and the kinds of the inputs left open in Session::target, and makes the FormatState.
  void (*begin)(Link&);

  // Reads headers and global names: occurrences, groups, atom_capacity. Any thread; one task a file.
  void (*read_object)(Link&, InputFile&, uint32_t worker);

  // Reads a shared library's loader_name and global names. Any thread; one task a file.
  void (*read_library)(Link&, InputFile&, uint32_t worker);

  // An object with what undefined names ask the linker to make; empty: there are no such names. The ordinary reader
  // reads it.
  std::string (*make_object)(const Link&) = nullptr;  // none: no name asks for anything

  // A library with nothing but names, for linkers to link against: what read_library() reads.
  std::string (*make_stub_library)(const Target&, const StubLibrary&);

  // Creates the file's atoms, places the symbols it defines, finds its companions. One task a file.
  void (*make_atoms)(Link&, InputFile&, uint32_t worker);

  // Where common symbols are put: a section key of the format.
  SectionId (*common_section)(Link&, const CommonOffer&);

  // Two strong definitions of a name that say the same; both may stand.
  bool (*is_same_definition)(const Link&, const InputFile& first, uint32_t first_raw, const InputFile& second,
                             uint32_t second_raw) = nullptr;  // none: there is no such pair

  // What a library's symbol is, if it is a variable: common symbols of the output are at least as large, or make way
  // for one that has a value.
  std::optional<LibraryVariable> (*library_variable)(const InputFile& library, uint32_t raw_symbol) =
      nullptr;  // none: common symbols do not look at libraries

  // Claims the names the linker provides (end of sections, headers, ...) as far as they are wanted and not defined.
  void (*provide_symbols)(Link&);

  // Decides which names the loader finds in other modules, and which of ours it shows to them: kImported, kExported,
  // kPreemptible, and the nature of what is imported. Only for outputs that have a loader.
  void (*bind_symbols)(Link&);

  // Which names of intermediate code the output may show to other modules, by SymbolId: its compiler asks before there
  // is anything to bind. What only the files of that code say of their names is remembered for bind_symbols().
  std::vector<uint8_t> (*foresee_exports)(Link&);

  // Settles which shared libraries the output needs, beyond those that live code refers to, and checks that what they
  // refer to in turn is there. After the walk over live atoms.
  void (*settle_libraries)(Link&) = nullptr;  // none: libraries answer for themselves

  // Decodes up to out.size() relocations of an atom, returns how many, 0 at the end. A pair or a thread-local sequence
  // is never split between calls. `reports` is set in the first decoding only: malformed records are reported once.
  size_t (*decode)(const Link&, const InputFile&, const Atom&, RelocCursor&, std::span<Reloc> out, bool reports);

  const PlainPath* plain = nullptr;  // none: every relocation takes the general path
  const KeptRelocs* kept = nullptr;  // none: no output of the format keeps relocations

  // Atoms that live although nothing refers to them.
  bool (*is_root)(const Link&, const InputFile&, const Atom&);

  // Nothing: the atom means something by where it stands, however equal it is to another.
  std::optional<FoldKind> (*fold_kind)(const Link&, const InputFile&, const Atom&);

  // Appends references that stand elsewhere but are the atom's own, such as how it is unwound: atoms that are the same
  // have the same ones.
  void (*describing_references)(const Link&, const InputFile&, const Atom&, std::vector<Reloc>& out) =
      nullptr;  // none: atoms that are described elsewhere have no kind

  // Appends the atoms whose address the file's compiler says is compared. False: the file does not say.
  bool (*significant_atoms)(const Link&, const InputFile&, std::vector<AtomId>& out);

  // Output sections, segments, and the chunks the linker adds; fills Link::layout up to assign_offsets().
  void (*plan)(Link&);

  // Adjusts what depends on addresses and has a size itself, when layout has given addresses. True: sizes have changed,
  // and layout starts again.
  bool (*refine_layout)(Link&);

  // Tells slots, stubs, merged constants and thread-local data their addresses, when layout has given them.
  void (*settle)(Link&);

  // Encodes tables whose size depends on the values in them, from Link::fixups. True: they need more room than they
  // had, and layout starts again.
  bool (*encode_tables)(Link&) = nullptr;  // none: sizes are known before

  // Defines the names the linker provides, when addresses are known.
  void (*define_symbols)(Link&);

  // Makes the tables of a late segment, from the addresses of all others and from Link::fixups.
  void (*build_late_tables)(Link&) = nullptr;  // none: no segment is late

  // Changes a relocated copy of an atom further: load-time fixups in its words, code that can be shorter.
  void (*finish_atom)(const Link&, AtomId, MutableBytes out) = nullptr;  // none: all is as it was relocated

  const Descriptions* describe;  // for messages and reports

  // Checksums and signatures over the finished bytes; `digests` are those of the tiles of the file, in order, if
  // Link::tile_digest asks for them.
  void (*seal)(const Link&, Image& image, Bytes digests);

  // What the output says of the file beside it, and that file of the output, when both are written and sealed.
  void (*join_separate)(const Link&, Image& image, Image& separate) = nullptr;  // none: there is no such file
};

}  // namespace xld
