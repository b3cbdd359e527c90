// See relocate.h.
#include "ld/relocate.h"

#include <algorithm>
#include <atomic>
#include <span>

#include "arch/field.h"

namespace xld {

namespace {

TargetFacts facts_of_symbol(const Link& link, SymbolId id) {
  const uint32_t flags = link.symbols.flags(id);
  TargetFacts facts;
  facts.symbol = id;
  const bool is_defined = (flags & symbol_flag::kDefined) != 0;
  facts.is_imported = (flags & symbol_flag::kImported) != 0;
  facts.is_out_of_reach = (flags & symbol_flag::kOutOfReach) != 0;
  facts.is_undefined = !is_defined && !facts.is_imported;
  facts.is_nowhere = facts.is_imported && !link.symbols.claim(id).is_import();
  facts.is_weak_undefined = (facts.is_undefined || facts.is_nowhere) && !(flags & symbol_flag::kStronglyReferenced);
  facts.is_absolute = facts.is_undefined || (flags & symbol_flag::kAbsolute);
  facts.is_resolver = (flags & symbol_flag::kResolver) != 0 && !facts.is_out_of_reach;
  facts.is_placed_here = (flags & symbol_flag::kPlacedHere) != 0;
  facts.is_function = (flags & symbol_flag::kFunction) != 0;
  facts.is_thread_local = (flags & symbol_flag::kThreadLocal) != 0;
  facts.is_pointer_word = (flags & symbol_flag::kPointerWord) != 0;
  facts.atom = link.symbols.atom(id);
  facts.value = link.symbols.value(id);
  return facts;
}

}  // namespace

TargetFacts facts_of(const Link& link, const Reloc& reloc) {
  if (reloc.target_kind == TargetKind::Symbol) return facts_of_symbol(link, reloc.symbol());
  TargetFacts facts;
  facts.value = static_cast<uint64_t>(reloc.value);
  facts.is_absolute = reloc.target_kind != TargetKind::Atom;
  if (reloc.target_kind == TargetKind::Atom) {
    facts.atom = reloc.atom();
    facts.is_thread_local = link.atom(facts.atom).has(atom_flag::kThreadLocal);
    facts.is_resolver = reloc.is_resolver;
  }
  return facts;
}

bool is_thread_mismatch(const Atom& atom, const Reloc& reloc, const TargetFacts& target) {
  const bool asks_for_address = reloc.want == Want::Address || reloc.want == Want::Stub || reloc.want == Want::GotSlot;
  return asks_for_address && target.symbol.is_valid() && target.is_thread_local && atom.has(atom_flag::kAllocated);
}

bool may_exceed_reach(Link& link) {
  constexpr uint64_t kNear = uint64_t{1} << 30;  // half the reach: the linker's own tables and padding come on top
  const Options& options = link.options();
  const auto is_far = [](const auto& address) { return address.second >= kNear; };
  if (std::any_of(options.section_start.begin(), options.section_start.end(), is_far)) return true;
  std::atomic<uint64_t> total{0};
  const auto& files = link.inputs.files;
  parallel_for(link.session.pool, files.size(), 64, [&](size_t begin, size_t end) {
    uint64_t sum = 0;
    for (size_t i = begin; i < end; i++) {
      for (const Atom& atom : std::span(link.atoms.data() + files[i]->first_atom.value, files[i]->atom_count))
        if (atom.has(atom_flag::kAllocated)) sum += std::min(atom.size, kNear);
    }
    total.fetch_add(sum, std::memory_order_relaxed);
  });
  for (uint32_t i = 0; i < link.linker_atom_count; i++)
    total.fetch_add(std::min(link.atoms[link.first_linker_atom.value + i].size, kNear), std::memory_order_relaxed);
  return total.load(std::memory_order_relaxed) >= kNear;
}

GotLoadForm got_load_form(const Link& link, const Atom& atom, const Reloc& reloc, const TargetFacts& target) {
  if (!(reloc.hints & hint::kMayShortenGot) || !link.options().relax || target.is_resolver || target.is_out_of_reach)
    return GotLoadForm::Keep;
  // Values that come from expressions, or lie far away whatever the layout, stay in a slot.
  if (target.symbol.is_valid() && link.symbols.claim(target.symbol).claim_class() == ClaimClass::Override)
    return GotLoadForm::Keep;
  if (target.is_absolute && target.value != static_cast<uint64_t>(static_cast<int32_t>(target.value)))
    return GotLoadForm::Keep;
  return link.arch->classify_got_load(atom.bytes(), reloc,
                                      {is_position_independent(link.target().output), target.is_absolute});
}

TlsFacts tls_facts(const Link& link, const TargetFacts& target) {
  const OutputKind kind = link.target().output;
  return {kind != OutputKind::SharedLibrary, target.is_out_of_reach, link.options().relax || !has_loader(kind)};
}

namespace {

bool is_word(const Link& link, const Reloc& reloc, From from = From::Nothing) {
  return reloc.from == from && size_of(reloc.field) == link.arch->word_size;
}

// A program that relocates itself writes to its segments as they are mapped.
bool allows_text_relocs(const Link& link) {
  const TextRelocs policy = link.options().dynamic.text_relocs;
  return policy == TextRelocs::Allow || (policy == TextRelocs::Warn && has_loader(link.target().output));
}

// The distance to it depends on where the output is loaded. What --defsym says is the user's business.
bool is_number_of_object(const Link& link, const TargetFacts& target) {
  return target.is_absolute && target.symbol.is_valid() && !target.is_undefined &&
         link.symbols.claim(target.symbol).file().value != 0;
}

AddressForm form_of_own(const Link& link, bool is_writable, const Reloc& reloc, const TargetFacts& target) {
  if (is_position_independent(link.target().output) && reloc.from == From::Place && is_number_of_object(link, target))
    return AddressForm::NotMovable;
  if (!is_position_independent(link.target().output) || reloc.from != From::Nothing || target.is_absolute)
    return AddressForm::Known;
  if (!is_word(link, reloc)) return AddressForm::NotMovable;
  return is_writable ? AddressForm::Relative : AddressForm::ReadOnly;
}

// In a program at a fixed address, a read-only word can have the address of a copy or of a stub, or 0 for what nobody
// defines: the loader need not write to it. A copy or a stub that there is anyway serves writable words as well.
bool can_be_constant(const Link& link, const Atom& atom, const TargetFacts& target) {
  if (is_position_independent(link.target().output)) return false;
  const bool has_place = target.is_nowhere || target.is_function || link.copy_ban.empty();
  return target.is_placed_here || (!atom.has(atom_flag::kWritable) && has_place);
}

// Code that was not compiled with -fPIC does not load the register that a stub relies on: the loader completes the
// call.
bool cannot_use_stub(const Link& link, const Reloc& reloc, const TargetFacts& target) {
  const bool is_call = target.is_function && !target.is_nowhere && reloc.want == Want::Address;
  return is_call && is_position_independent(link.target().output) && link.arch->stubs_need_got_base;
}

AddressForm form_of_distant(const Link& link, const Atom& atom, bool is_writable, const Reloc& reloc,
                            const TargetFacts& target) {
  if (is_word(link, reloc) && is_writable && !can_be_constant(link, atom, target)) return AddressForm::Symbolic;
  const bool is_library = link.target().output == OutputKind::SharedLibrary;
  if ((is_library || cannot_use_stub(link, reloc, target)) && is_word(link, reloc, From::Place))
    return is_writable ? AddressForm::Distance : AddressForm::ReadOnly;
  if (is_library) return is_word(link, reloc) ? AddressForm::ReadOnly : AddressForm::NotMovable;
  if (target.is_nowhere && link.format->has_copies) return AddressForm::Zero;
  return target.is_function ? AddressForm::CanonicalStub : AddressForm::Copy;
}

}  // namespace

bool is_packed(const Link& link, const Atom& atom, const Reloc& reloc) {
  const uint64_t word = link.arch->word_size;
  return link.packs_fixups && atom.alignment() >= word && reloc.offset % word == 0;
}

AddressForm address_form(const Link& link, const Atom& atom, const Reloc& reloc, const TargetFacts& target) {
  const bool is_address = reloc.want == Want::Address || reloc.want == Want::Stub || reloc.want == Want::Size;
  if (!is_address || !atom.has(atom_flag::kAllocated) || target.is_thread_local) return AddressForm::Known;
  // Unwind records are rewritten one by one, so a fixup has no place among them.
  const bool is_writable =
      atom.has(atom_flag::kWritable) || (allows_text_relocs(link) && !atom.has(atom_flag::kUnwind));
  if (reloc.want == Want::Size && !target.is_out_of_reach) return AddressForm::Known;
  if (reloc.want == Want::Size) return is_writable ? AddressForm::Size : AddressForm::ReadOnly;
  if (!target.is_out_of_reach) return form_of_own(link, is_writable, reloc, target);
  if (reloc.want == Want::Stub && reloc.from != From::Nothing) return AddressForm::Stub;
  // Where no program has copies of a library's variables, code that measures the distance to a definition of its own
  // module means that one, whoever redirects others to another.
  const bool means_own = !link.format->has_copies && !target.is_imported && reloc.from != From::Nothing;
  if (means_own) return form_of_own(link, is_writable, reloc, target);
  return form_of_distant(link, atom, is_writable, reloc, target);
}

}  // namespace xld
