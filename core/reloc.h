// The canonical relocation: what is wanted of a symbol, what is subtracted, and the field it is written to.
//
// Both object formats decode their raw records to this product, in batches on the stack; it is never stored. The value
// written is   want(S, A) - from,   with S + A and P as in the psABIs: implicit addends (ELF REL, Mach-O) have been
// read from the section and normalised by the decoder, so that "place" always means the address of the field itself.
#pragma once

#include <cstdint>

#include "core/ids.h"

namespace xld {

enum class Want : uint8_t {
  None,                  // a marker: nothing is written (R_*_NONE, the marked call of a TLS descriptor)
  Address,               // S + A
  Stub,                  // the address of a stub that reaches S, or S itself if no stub is needed; plus A
  GotSlot,               // the address of S's GOT slot, plus A
  GotBase,               // the address of the GOT itself, plus A; no symbol
  TlsOffset,             // S + A as an offset from the thread pointer (local-exec)
  TlsBlockOffset,        // S + A as an offset from the start of its module's TLS block (local-dynamic)
  TlsOffsetSlot,         // the address of a GOT slot that holds the thread-pointer offset (initial-exec)
  TlsPairSlot,           // the address of a (module, offset) pair of GOT slots (general-dynamic)
  TlsModuleSlot,         // the address of the module's own pair of slots (local-dynamic)
  TlsDescSlot,           // the address of a TLS descriptor
  Size,                  // size of S, plus A; decoders put a number in its place
  TlsNegatedOffset,      // A minus S's offset from the thread pointer: code that subtracts it (i386 R_386_TLS_LE_32)
  TlsNegatedOffsetSlot,  // the address of a GOT slot that holds that negated offset (i386 R_386_TLS_IE_32)
};

enum class From : uint8_t {
  Nothing,
  Place,      // the address of the field
  PlacePage,  // its 4 KiB page
  OwnPage,    // the 4 KiB page the value is in: what is left is the offset in it
  GotBase,    // the address of _GLOBAL_OFFSET_TABLE_
  Symbol,     // the symbol of the next Reloc in the batch, which has Want::None and Hint::Subtrahend
};

// How a value is put into bytes. Signed and unsigned fields differ in the values they accept; Word fields accept both
// (the psABI's "truncate, must fit as signed or unsigned").
enum class Field : uint8_t {
  None,
  Word8,
  Word16,
  Word32,
  Word64,
  Signed8,
  Signed16,
  Signed32,
  Unsigned32,
  Wrap32,  // modulo 2^32, never out of range: addresses of 32-bit targets
  // Parts of 4-byte instructions of CPUs with instructions of one size:
  Branch26,      // a distance in words, up to 128 MiB either way
  Page21,        // a distance in pages of 4 KiB, split in two; the value's offset in its page does not count
  PageOffset12,  // the value's offset in its page, counted in units of what the instruction loads or stores
};

namespace hint {
inline constexpr uint8_t kMayShortenGot = 1 << 0;  // the instruction may be rewritten to do without the GOT slot
inline constexpr uint8_t kIsBranch = 1 << 1;       // a call or jump: an undefined weak target may be any address
inline constexpr uint8_t kIsTlsSequence = 1 << 2;  // first relocation of an instruction sequence tlsrewrite/ knows
inline constexpr uint8_t kIsTlsMarker = 1 << 3;    // marks an instruction of a sequence, writes nothing (TLSDESC_CALL)
inline constexpr uint8_t kSubtrahend = 1 << 4;     // second half of a From::Symbol pair
inline constexpr uint8_t kMustRewrite = 1 << 5;    // a sequence whose call leads nowhere: no loader serves it
}  // namespace hint

// What a relocation refers to.
enum class TargetKind : uint8_t {
  Symbol,     // `target` is a SymbolId
  Atom,       // `target` is an AtomId and `value` an offset in it
  Absolute,   // `value` is the address
  Discarded,  // a local symbol in a section that is not part of the link (lost COMDAT, --gc-sections)
};

struct Reloc {
  uint32_t offset = 0;  // of the field, from the start of the atom
  uint32_t target = 0;  // SymbolId or AtomId, see target_kind
  int64_t value = 0;    // offset of a local target in its atom; 0 for symbols
  int64_t addend = 0;
  Want want = Want::None;
  From from = From::Nothing;
  Field field = Field::None;
  uint8_t hints = 0;
  TargetKind target_kind = TargetKind::Absolute;
  uint8_t bias = 0;  // what the addend of a PC-relative field conventionally subtracts: S + A + bias is what is meant
  uint8_t lead = 0;  // bytes of the instruction before the field, where the type promises them; 0: not known
  bool is_resolver = false;  // a local target whose value is a function that returns the address
  uint32_t raw_symbol = 0;   // the format's own symbol index: names a local symbol's slots, and messages
  uint32_t raw_type = 0;     // the format's own type: for messages only

  SymbolId symbol() const { return SymbolId{target}; }
  AtomId atom() const { return AtomId{target}; }
};
static_assert(sizeof(Reloc) == 40);

}  // namespace xld
