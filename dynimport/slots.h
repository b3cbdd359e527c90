// Slots: the words and stubs the linker makes so that code can reach what it cannot address itself.
//
// Scanning records what each symbol needs (symbol_flag::kNeeds…) and, for the few local symbols that need a slot, an
// entry in LocalNeeds. number_slots() turns both into numbered slots, in symbol order and then in (file, raw symbol)
// order, so the numbering does not depend on which thread found a need first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "core/ids.h"
#include "core/reloc.h"
#include "core/symbol_table.h"

namespace xld {

// What a slot is for: a global symbol, or a local one by its place.
struct SlotOwner {
  SymbolId symbol;  // not valid: a local symbol
  FileId file;
  uint32_t raw_symbol = 0;
  AtomId atom;  // a local symbol's place; not valid: `value` is its address
  uint64_t value = 0;
};

enum class SlotKind : uint8_t {
  Address,        // one word: the symbol's address
  Imported,       // one word: the address the loader finds for the symbol
  Resolved,       // one word: what the symbol's resolver function returns (filled at start-up)
  TlsOffset,      // one word: offset from the thread pointer
  TlsPair,        // two words: module and offset
  TlsDescriptor,  // two words: function and argument
  TlsModule,      // two words: this module, 0; no owner
};

struct Slot {
  SlotKind kind = SlotKind::Address;
  uint32_t owner = 0;  // index in Slots::owners
  uint32_t word = 0;   // first word in the table
};

struct Stub {
  uint32_t owner = 0;
  uint32_t slot_word = 0;        // the word it jumps through
  bool uses_lazy_table = false;  // that word is in the stubs' own table, not in the GOT
  bool is_import = false;        // the loader fills the word, on the first call if it may; else a resolver does
};

// A word that the loader fills with the address of an import, and that has a name of its own.
struct PointerWord {
  SymbolId name;
  SymbolId import;
};

// What the output's format says of slots.
struct SlotRules {
  // A stub has a word of its own to jump through, even if its symbol has a GOT slot.
  bool stubs_have_own_words = false;
  // Symbols whose GOT slots stand behind all others, where the format begins another table; empty: none.
  std::function<bool(SymbolId)> stands_apart;
};

// Needs of local symbols, found by the scan. Any thread may add.
class LocalNeeds {
 public:
  void add(const SlotOwner& owner, uint32_t need_flags) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[{owner.file.value, owner.raw_symbol}];
    entry.owner = owner;
    entry.flags |= need_flags;
  }

  struct Entry {
    SlotOwner owner;
    uint32_t flags = 0;
  };
  const std::map<std::pair<uint32_t, uint32_t>, Entry>& entries() const { return entries_; }

 private:
  std::mutex mutex_;
  std::map<std::pair<uint32_t, uint32_t>, Entry> entries_;
};

class Slots {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  // What one owner has; words count from the start of their table.
  struct Record {
    uint32_t got = kNone;
    uint32_t tls_offset = kNone;
    uint32_t tls_pair = kNone;
    uint32_t tls_descriptor = kNone;
    uint32_t stub = kNone;  // index in `stubs`
  };

  std::vector<SlotOwner> owners;
  std::vector<Record> records;  // by owner
  std::vector<Slot> slots;      // of the GOT, ascending words
  std::vector<Stub> stubs;      // those with words of their own first, in the order of these words
  std::vector<PointerWord> pointers;
  uint32_t got_words = 0;
  uint32_t stub_words = 0;       // of the stubs' own table, without reserved words: imports first, then resolvers
  uint32_t import_words = 0;     // of these, those of imports
  uint32_t tls_module = kNone;   // word of the module's own pair
  uint32_t first_apart = kNone;  // words from here on stand in a table of their own (SlotRules::stands_apart)
  bool is_got_base_used = false;

  // Settled by layout.
  uint64_t got_address = 0;         // first slot
  uint64_t apart_address = 0;       // of the word `first_apart`
  uint64_t got_base = 0;            // _GLOBAL_OFFSET_TABLE_
  uint64_t stub_table_address = 0;  // first word stubs jump through
  uint64_t stubs_address = 0;
  uint64_t pointers_address = 0;
  uint64_t lazy_address = 0;  // code that has the loader fill an import's word; 0: they are filled at load time
  uint32_t stub_size = 0;
  uint8_t word_size = 8;

  // Nothing if the owner has no slots at all.
  const Record* record_of(SymbolId symbol) const {
    if (by_symbol_.empty()) return nullptr;
    const uint32_t owner = by_symbol_[symbol.value];
    return owner == kNone ? nullptr : &records[owner];
  }
  const Record* record_of(FileId file, uint32_t raw_symbol) const {
    const auto found = by_local_.find({file.value, raw_symbol});
    return found == by_local_.end() ? nullptr : &records[found->second];
  }

  uint64_t word_address(uint32_t word) const {
    if (word >= first_apart) return apart_address + uint64_t{word - first_apart} * word_size;
    return got_address + uint64_t{word} * word_size;
  }
  uint64_t stub_address(uint32_t stub) const { return stubs_address + uint64_t{stub} * stub_size; }
  uint64_t pointer_address(size_t pointer) const { return pointers_address + uint64_t{pointer} * word_size; }
  // The word a stub jumps through.
  uint64_t stub_slot_address(const Stub& stub) const {
    return stub.uses_lazy_table ? stub_table_address + uint64_t{stub.slot_word} * word_size
                                : word_address(stub.slot_word);
  }

 private:
  friend class SlotNumbering;
  std::vector<uint32_t> by_symbol_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> by_local_;
};

// Numbers the slots of all needs; pointers have numbers by their order. A symbol whose value is a resolver function
// gets a stub, and its address is the stub's if it is taken other than through the GOT.
Slots number_slots(const SymbolTable& symbols, const LocalNeeds& locals, bool needs_tls_module,
                   std::vector<PointerWord> pointers = {}, const SlotRules& rules = {});

}  // namespace xld
