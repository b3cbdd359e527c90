// Decisions about one relocation that the scan (ld/liveness) and the emission (ld/emit) must take alike.
#pragma once

#include "formats/format.h"
#include "tlsrewrite/tlsrewrite.h"

namespace xld {

// What is known of a relocation's target before addresses are.
struct TargetFacts {
  SymbolId symbol;                 // not valid: local
  AtomId atom;                     // not valid: absolute or undefined
  uint64_t value = 0;              // offset in the atom, or the absolute value
  bool is_undefined = false;       // no definition anywhere
  bool is_weak_undefined = false;  // ... and nobody insists: its address is 0
  bool is_absolute = false;        // does not move with the output
  bool is_resolver = false;        // a function that returns the address
  bool is_thread_local = false;
};

TargetFacts facts_of(const Link& link, const Reloc& reloc);

// True if the address of a thread-local variable is asked for as if there were only one.
bool is_thread_mismatch(const Atom& atom, const Reloc& reloc, const TargetFacts& target);

// True if what is loaded, or the addresses the user fixed, may put code and its targets further apart than a shortened
// GOT load reaches. Then all slots are made, and the emission chooses load by load.
bool may_exceed_reach(Link& link);

// The form in which a GOT load can be shortened; Keep: it uses a slot.
GotLoadForm got_load_form(const Link& link, const Atom& atom, const Reloc& reloc, const TargetFacts& target);

TlsFacts tls_facts(const Link& link);

// True if the loader has to add the load address to the word this relocation writes.
bool needs_load_fixup(const Link& link, const Atom& atom, const Reloc& reloc, const TargetFacts& target);

}  // namespace xld
