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
  bool is_undefined = false;       // no definition anywhere, and none expected
  bool is_weak_undefined = false;  // ... and nobody insists: its address is 0
  bool is_absolute = false;        // does not move with the output
  bool is_resolver = false;        // a function that returns the address
  bool is_thread_local = false;
  bool is_imported = false;      // another module defines it
  bool is_nowhere = false;       // imported, but no module is known that defines it
  bool is_out_of_reach = false;  // imported, or the loader may prefer another module's: no address before load time
  bool is_placed_here = false;   // imported, but its address is that of a copy or a stub in this program
  bool is_function = false;
  bool is_pointer_word = false;  // a word of this output that holds an import's address
};

TargetFacts facts_of(const Link& link, const Reloc& reloc);

// True if the address of a thread-local variable is asked for as if there were only one.
bool is_thread_mismatch(const Atom& atom, const Reloc& reloc, const TargetFacts& target);

// True if what is loaded, or the addresses the user fixed, may put code and its targets further apart than a shortened
// GOT load reaches. Then all slots are made, and the emission chooses load by load.
bool may_exceed_reach(Link& link);

// The form in which a GOT load can be shortened; Keep: it uses a slot.
GotLoadForm got_load_form(const Link& link, const Atom& atom, const Reloc& reloc, const TargetFacts& target);

TlsFacts tls_facts(const Link& link, const TargetFacts& target);

// How an address that is written into code or data (Want::Address, Want::Stub), or a size, comes about.
enum class AddressForm : uint8_t {
  Known,          // a number now
  Relative,       // the loader adds the load address to the word
  Symbolic,       // the loader writes the address it finds into the word
  Distance,       // the loader writes the distance from the word to the address it finds
  Size,           // the loader writes the size of what it finds
  Stub,           // a branch: that of a stub of this output
  CanonicalStub,  // the stub of this output is the function's address in all modules
  Copy,           // the variable is copied into this output, and all modules use the copy
  Zero,           // a name nobody is known to define, which is tolerated
  ReadOnly,       // the loader would have to write where it must not
  NotMovable,     // the field cannot hold what is known at load time only
};
AddressForm address_form(const Link& link, const Atom& atom, const Reloc& reloc, const TargetFacts& target);

// True if a word that gets the load address added is told to the loader in packed form.
bool is_packed(const Link& link, const Atom& atom, const Reloc& reloc);

constexpr bool is_load_fixup(AddressForm form) {
  return form == AddressForm::Relative || form == AddressForm::Symbolic || form == AddressForm::Distance ||
         form == AddressForm::Size;
}

}  // namespace xld
