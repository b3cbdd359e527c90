// What a CPU brings to the rewriting of thread-local access: its call sequences as patterns, and a few functions.
//
// A call sequence loads an argument and calls __tls_get_addr, in an order and with padding that the ABI prescribes, so
// that a linker can replace it as a whole. A single instruction loads a slot or the address of a descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tlsrewrite/tlsrewrite.h"

namespace xld {

// Bytes in hexadecimal. '.' is any half byte, 'r' one below 8: a register number in the low bits of a ModRM byte.
struct BytePattern {
  uint8_t size = 0;
  uint8_t values[22] = {};
  uint8_t masks[22] = {};

  template <size_t length>
  consteval BytePattern(const char (&text)[length]) {  // NOLINT(google-explicit-constructor)
    uint32_t digits = 0;
    for (char c : text) {
      if (c == ' ' || c == 0) continue;
      const bool is_low = digits++ % 2 == 1;
      const auto shift = is_low ? 0 : 4;
      values[size] = static_cast<uint8_t>(values[size] | (value_of(c) << shift));
      masks[size] = static_cast<uint8_t>(masks[size] | (mask_of(c) << shift));
      if (is_low) size++;
    }
  }

  bool matches(Bytes bytes) const;

 private:
  static consteval int value_of(char c) {
    if (c == '.' || c == 'r') return 0;
    return c <= '9' ? c - '0' : c - 'a' + 10;
  }
  static consteval int mask_of(char c) { return c == '.' ? 0 : c == 'r' ? 8 : 15; }
};

struct CallSequence {
  TlsModel model;
  uint8_t field;       // where the first relocation's field is in the pattern
  uint8_t call_field;  // and that of the relocation of the call; 0: it has none that means a symbol
  BytePattern pattern;

  constexpr bool is_self_contained() const { return call_field == 0; }
};

struct TlsRewriter {
  std::span<const CallSequence> calls;

  // Whether a found call sequence can become `model`.
  bool (*can_rewrite_call)(const uint8_t* start, const CallSequence& call, TlsModel model);

  // Whether the instruction is one that loads a slot, or the address of a descriptor, and can be rewritten.
  bool (*is_slot_load)(Bytes code, const Reloc& reloc);
  bool (*is_descriptor_load)(Bytes code, const Reloc& reloc);

  // Whether the marked instruction is the call of a descriptor's function.
  BytePattern descriptor_call;

  // These write at recognised places only. False, and nothing changed, if the value does not fit.
  bool (*rewrite_call)(uint8_t* start, const CallSequence& call, TlsModel model, const TlsValues& values);
  bool (*rewrite_slot_load)(uint8_t* field, const Reloc& reloc, const TlsValues& values);
  bool (*rewrite_descriptor_load)(uint8_t* field, const Reloc& reloc, TlsModel model, const TlsValues& values);
};

extern const TlsRewriter kTlsRewriterX86_64;
extern const TlsRewriter kTlsRewriterI386;

}  // namespace xld
