// SymbolTable: every global name of a link once, by dense id, with its facts in parallel arrays.
//
// A file's offer to define a name is a Claim: one 64-bit number made of its precedence class, the file's rank and the
// raw symbol index. The lowest claim wins; the minimum is taken atomically, so the winner does not depend on the order
// in which threads arrive. Ids are given by intern(), which runs on one thread in command-line order.
//
// Threads: intern() is for one thread; find(), offer(), add_flags() and the readers may run in parallel as long as
// nothing is interned at the same time.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/arena.h"
#include "core/atomics.h"
#include "core/ids.h"

namespace xld {

// The order in which offers to define a name win, lowest first. Which raw symbol has which class is the format's rule.
enum class ClaimClass : uint8_t {
  Override = 0,  // --defsym and its like
  Strong = 1,
  Coalesced = 2,        // a weak definition, in formats where those win over common symbols,
  HiddenCoalesced = 3,  // and one that other modules cannot see: it gives way to one that they can
  Common = 4,
  Weak = 5,
  Provided = 6,     // by the linker, if nothing better is there
  Outside = 7,      // an archive member that would define it, or a shared library that does: the first of them counts
  OutsideWeak = 8,  // a library whose definition others may override, in formats where those come last
  None = 15,
};

constexpr bool is_weak(ClaimClass claim_class) {
  return claim_class == ClaimClass::Weak || claim_class == ClaimClass::Coalesced ||
         claim_class == ClaimClass::HiddenCoalesced;
}

struct Claim {
  static constexpr uint64_t kNone = UINT64_MAX;
  uint64_t packed = kNone;

  static constexpr uint32_t kMaxFiles = 1u << 28;

  // Of an archive member, which has not been read: no symbol index.
  static constexpr uint32_t kLazy = UINT32_MAX;

  static constexpr Claim make_lazy(FileId file) { return make(ClaimClass::Outside, file, kLazy); }
  static constexpr Claim make(ClaimClass claim_class, FileId file, uint32_t raw_symbol) {
    return {uint64_t{static_cast<uint8_t>(claim_class)} << 60 | uint64_t{file.value} << 32 | raw_symbol};
  }
  ClaimClass claim_class() const { return static_cast<ClaimClass>(packed >> 60); }
  FileId file() const { return FileId{static_cast<uint32_t>(packed >> 32 & (kMaxFiles - 1))}; }
  uint32_t raw_symbol() const { return static_cast<uint32_t>(packed); }
  bool is_definition() const { return claim_class() < ClaimClass::Outside; }
  bool is_lazy() const { return claim_class() == ClaimClass::Outside && raw_symbol() == kLazy; }
  bool is_import() const {
    return claim_class() == ClaimClass::OutsideWeak || (claim_class() == ClaimClass::Outside && raw_symbol() != kLazy);
  }
  bool operator==(const Claim&) const = default;
};

namespace symbol_flag {
inline constexpr uint32_t kReferenced = 1 << 0;  // some loaded file refers to it without defining it
inline constexpr uint32_t kStronglyReferenced = 1 << 1;
inline constexpr uint32_t kHidden = 1 << 2;  // visibilities seen; the most constraining counts
inline constexpr uint32_t kInternal = 1 << 3;
inline constexpr uint32_t kProtected = 1 << 4;
inline constexpr uint32_t kFunction = 1 << 5;
inline constexpr uint32_t kThreadLocal = 1 << 6;
inline constexpr uint32_t kResolver = 1 << 7;       // its value is a function that returns the address (IFUNC)
inline constexpr uint32_t kAbsolute = 1 << 8;       // its value does not move with the output
inline constexpr uint32_t kCommonOffered = 1 << 9;  // some file offers a common definition
inline constexpr uint32_t kLost = 1 << 10;  // a file defines it in a section of which another file's copy was taken
inline constexpr uint32_t kLinkerMade = 1 << 11;  // defined by the linker; address known after layout
inline constexpr uint32_t kRoot = 1 << 12;        // -u, -e and their like: its definition stays
inline constexpr uint32_t kNeedsGot = 1 << 13;
inline constexpr uint32_t kNeedsStub = 1 << 14;
inline constexpr uint32_t kAddressTaken = 1 << 15;  // its address appears outside of GOT slots and branches
inline constexpr uint32_t kNeedsTlsOffset = 1 << 16;
inline constexpr uint32_t kNeedsTlsPair = 1 << 17;
inline constexpr uint32_t kNeedsTlsDescriptor = 1 << 18;
inline constexpr uint32_t kWeak = 1 << 19;        // the definition in force is weak
inline constexpr uint32_t kPlacedHere = 1 << 20;  // imported, but its address in all modules is in this program
inline constexpr uint32_t kObject = 1 << 21;
inline constexpr uint32_t kDefined = 1 << 22;            // has a definition with a place; set when atoms are made
inline constexpr uint32_t kBrackets = 1 << 23;           // start or end of a section: keeps all of it (Link::bracketed)
inline constexpr uint32_t kReferencedOutside = 1 << 24;  // a shared library refers to it or defines it, too
inline constexpr uint32_t kImported = 1 << 25;           // the loader finds it in another module
inline constexpr uint32_t kExported = 1 << 26;           // other modules may find it in this one
inline constexpr uint32_t kPreemptible = 1 << 27;        // defined here, but the loader may prefer another module's
inline constexpr uint32_t kUsed = 1 << 28;               // something live refers to it; noted of imported names
inline constexpr uint32_t kCopied = 1 << 29;             // imported data of which this output has the only copy
inline constexpr uint32_t kLocalised = 1 << 30;          // kept inside the output, whatever its visibility
inline constexpr uint32_t kPointerWord = 1u << 31;       // defined here: the word that holds an import's address
inline constexpr uint32_t kOutOfReach = kImported | kPreemptible;  // no address before the loader has given it one
// A symbol with kDefined and none of the others is a place in the output: a distance to it is a number, whatever else
// holds.
inline constexpr uint32_t kPlaceFacts = kDefined | kAbsolute | kResolver | kThreadLocal | kOutOfReach | kPointerWord;
inline constexpr uint32_t kNeedsAny = kNeedsGot | kNeedsStub | kNeedsTlsOffset | kNeedsTlsPair | kNeedsTlsDescriptor;
}  // namespace symbol_flag

class SymbolTable {
 public:
  SymbolTable();

  // `name` must stay valid as long as the table: it points into a mapped file or the session's memory.
  SymbolId intern(std::string_view name, uint64_t hash);
  SymbolId intern(std::string_view name);
  // Not valid if the name was never interned.
  SymbolId find(std::string_view name, uint64_t hash) const;
  SymbolId find(std::string_view name) const;

  uint32_t size() const { return static_cast<uint32_t>(names_.size()); }
  void reserve(size_t count);

  // Interning is a chain of three cache misses: slot, name, its bytes. A loop that knows its next hashes starts them
  // early: each of these asks for what the next one reads.
  void prefetch_slot(uint64_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
  void prefetch_name(uint64_t hash) const {
    if (const uint32_t id = slots_[hash & mask_].id_plus_one) __builtin_prefetch(&names_[id - 1]);
  }
  void prefetch_text(uint64_t hash) const {
    if (const uint32_t id = slots_[hash & mask_].id_plus_one) __builtin_prefetch(names_[id - 1].data());
  }

  std::string_view name(SymbolId id) const { return names_[id.value]; }

  Claim claim(SymbolId id) const {
    return {std::atomic_ref(const_cast<uint64_t&>(claims_[id.value])).load(std::memory_order_relaxed)};
  }
  void offer(SymbolId id, Claim claim) {
    const std::atomic_ref<uint64_t> word(claims_[id.value]);
    lower_to(word, claim.packed);
  }
  // Forgets the claims of a name, to settle it anew. One thread per symbol.
  void withdraw(SymbolId id) { claims_[id.value] = Claim::kNone; }
  // Forgets the claims and flags of all names, to settle them anew.
  void withdraw_claims();

  uint32_t flags(SymbolId id) const {
    return std::atomic_ref(const_cast<uint32_t&>(flags_[id.value])).load(std::memory_order_relaxed);
  }
  bool has(SymbolId id, uint32_t flag) const { return (flags(id) & flag) != 0; }
  void add_flags(SymbolId id, uint32_t flags) {
    const std::atomic_ref<uint32_t> word(flags_[id.value]);
    if ((word.load(std::memory_order_relaxed) & flags) != flags) word.fetch_or(flags, std::memory_order_relaxed);
  }
  bool is_defined(SymbolId id) const { return claim(id).is_definition(); }

  // Where the definition in force stands; written once, by the thread that owns the winning file.
  AtomId atom(SymbolId id) const { return atoms_[id.value]; }      // not valid: `value` is an address
  uint64_t value(SymbolId id) const { return values_[id.value]; }  // offset in the atom
  void place(SymbolId id, AtomId atom, uint64_t value) {
    atoms_[id.value] = atom;
    values_[id.value] = value;
  }

 private:
  struct Slot {
    uint32_t tag;
    uint32_t id_plus_one;
  };
  void rehash(size_t slot_count);
  SymbolId append(std::string_view name, uint64_t hash);

  LargeVector<Slot> slots_;
  std::map<std::string_view, SymbolId> crowded_out_;  // names made to collide with many others; see ProbeLimit
  uint64_t mask_ = 0;
  LargeVector<std::string_view> names_;
  LargeVector<uint64_t> hashes_;
  LargeVector<uint64_t> claims_;
  LargeVector<uint32_t> flags_;
  LargeVector<AtomId> atoms_;
  LargeVector<uint64_t> values_;
};

}  // namespace xld
