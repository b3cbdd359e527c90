// Arch: one CPU as a table of facts and functions. Knows bytes and fields, no file format and no operating system.
//
// All functions are pure: bytes and numbers in, bytes out. `code` is the whole atom, `offset` the relocated field in
// it, so that an instruction can be recognised by looking at the bytes before the field; every look is bounds-checked.
#pragma once

#include <array>
#include <cstdint>

#include "arch/field.h"
#include "core/bytes.h"
#include "core/reloc.h"
#include "core/target.h"

namespace xld {

// How an instruction that loads from a GOT slot can do without it (x86-64 psABI §B.2, i386 psABI §B.1).
enum class GotLoadForm : uint8_t {
  Keep,         // not an instruction we may change
  LoadAddress,  // mov  slot, reg    -> lea  symbol, reg
  Immediate,    // mov/test/binop slot, reg -> the same with $symbol as an immediate
  Call,         // call *slot -> addr32 call symbol
  Jump,         // jmp  *slot -> jmp symbol; nop
};

struct GotLoadFacts {
  bool position_independent;  // the output may be loaded anywhere
  bool is_absolute;           // the symbol's value does not move with the output (SHN_ABS, undefined weak)
};

// What an instruction does with the symbol of its field.
enum class SymbolAccess : uint8_t {
  Address,  // takes the address, or is no instruction that is known
  Branch,   // goes there
  Memory,   // reads or writes what is there
};

struct Arch {
  Cpu cpu;
  uint8_t word_size;            // bytes of a pointer and of a GOT slot
  Field address_field;          // a whole pointer
  uint8_t stub_size;            // bytes of write_stub's code
  uint8_t lazy_header_size;     // of write_lazy_header's code
  uint8_t lazy_entry_size;      // of write_lazy_entry's code
  uint8_t jump_size;            // of write_jump's code; 0: there is no such code
  uint8_t binding_size;         // of write_binding's code
  uint8_t guarded_size;         // of write_guarded_jump's code; 0: there is no such code
  uint8_t guarded_header_size;  // of write_guarded_header's code
  uint8_t function_alignment;   // of code the linker makes
  // Behind which byte of that code the stack holds a word more; 0: it never does.
  uint8_t lazy_header_push, lazy_entry_push, binding_push;
  std::array<uint8_t, 2> guarded_pushes;
  bool stubs_need_got_base;  // position-independent stubs find it in a register that callers have to load

  // The form to use for a relocation with hint::kMayShortenGot. Depends on nothing that layout decides, so that the
  // scan and the emission agree.
  GotLoadForm (*classify_got_load)(Bytes code, const Reloc& reloc, GotLoadFacts facts);

  // Rewrites the instruction; false, and nothing changed, if the value does not fit (then the slot is used).
  // `symbol` is S + A + Reloc::bias, `place` the address of the field, `got_base` that of _GLOBAL_OFFSET_TABLE_.
  bool (*shorten_got_load)(GotLoadForm form, MutableBytes code, const Reloc& reloc, uint64_t symbol, uint64_t place,
                           uint64_t got_base);

  // A jump through the pointer at `slot`: `code` has stub_size bytes and will run at `address`. `got_base` serves
  // position-independent stubs of CPUs without PC-relative addressing, whose callers keep it in a register.
  void (*write_stub)(MutableBytes code, uint64_t address, uint64_t slot, uint64_t got_base, bool position_independent);

  // CPUs whose branches reach a part of a program only: how far, and code of thunk_size bytes that goes from `address`
  // to `target`, wherever that is. Others: 0 and none.
  uint64_t branch_reach;
  uint8_t thunk_size;
  void (*write_thunk)(MutableBytes code, uint64_t address, uint64_t target);

  // Binding on the first call, as the psABIs have it: the slot of an import leads to its entry at first, which names
  // its relocation (the `index`th of its table) and goes to the header, which hands over to the loader through the
  // words 1 and 2 of the table at `got_base`.
  void (*write_lazy_header)(MutableBytes code, uint64_t address, uint64_t got_base, bool position_independent);
  void (*write_lazy_entry)(MutableBytes code, uint64_t address, uint64_t header, uint32_t index);

  // The same without the instruction that branch tracking wants at the target of an indirect jump: a jump through the
  // pointer at `slot`, and what hands over to the loader on the first call, which may stand right behind it.
  void (*write_jump)(MutableBytes code, uint64_t address, uint64_t slot, uint64_t got_base, bool position_independent);
  void (*write_binding)(MutableBytes code, uint64_t address, uint64_t header, uint32_t index);

  // The same jump without an indirect branch, whose target a CPU may guess: it returns to where the pointer says, and
  // what the CPU guesses of a return is a loop ("retpoline"). The header of write_lazy_header in that form has
  // guarded_header_size bytes.
  void (*write_guarded_jump)(MutableBytes code, uint64_t address, uint64_t slot, uint64_t got_base,
                             bool position_independent);
  void (*write_guarded_header)(MutableBytes code, uint64_t address, uint64_t got_base, bool position_independent);

  // True if the field at `offset` is that of a direct call or jump, so that an address in it is not compared with
  // others.
  bool (*is_branch)(Bytes code, uint64_t offset);

  // What the instruction with the relocated field does. A relocation that asks for a GOT slot is judged by what happens
  // to the address in it.
  SymbolAccess (*classify_access)(Bytes code, const Reloc& reloc);

  // Fills gaps between functions with instructions that do nothing: pieces of .init are run one after the other.
  void (*fill_padding)(MutableBytes gap);
};

// The CPU is one that a target can have (core/target.h): inputs for others have been refused before.
const Arch& arch_for(Cpu cpu);

}  // namespace xld
