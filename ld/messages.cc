// See messages.h.
#include "ld/messages.h"

#include <algorithm>
#include <fmt/core.h>

#include "arch/field.h"
#include "core/demangle.h"
#include "core/target_table.h"
#include "formats/macho/universal.h"
#include "ld/runtime_slots.h"
#include "ld/undefined_hints.h"

namespace xld {

std::string readable_name(const Link& link, std::string_view name) {
  if (!link.options().demangle) return std::string(name);
  const std::string_view prefix = link.format->describe->name_prefix;
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return demangle(name);
}

std::string place_of(const Link& link, const InputFile& file, const Atom& atom, uint64_t offset) {
  return fmt::format("{}:({})", file.display_name(), link.format->describe->place(link, atom, offset));
}

namespace {

constexpr size_t kShownReferences = 3;

// Where the place of a reference does not say it.
std::string section_text(const Link& link, const Atom& atom) {
  const Descriptions& describe = *link.format->describe;
  return describe.places_name_sections ? std::string() : " in section " + describe.atom_section(link, atom);
}

// "\n>>> LABEL hello.c:12 (dir/hello.c:12)", and "hello.o:(…)" below it; on one line if the source is not known.
std::string located(std::string_view label, std::string_view source, std::string_view object) {
  if (source.empty()) return fmt::format("\n>>> {} {}", label, object);
  return fmt::format("\n>>> {} {}\n>>> {:{}} {}", label, source, "", label.size(), object);
}

std::string definition_lines(const Link& link, std::string_view label, const InputFile& file, uint32_t raw_symbol) {
  const DefinitionText text = link.format->describe->definition(link, file, raw_symbol);
  if (text.place.empty()) return fmt::format("\n>>> {} {}", label, file.display_name());
  return located(label, text.source, fmt::format("{}:({})", file.display_name(), text.place));
}

// ---- relocations

// The target as it stands in a sentence: "symbol 'foo'", "local symbol 'bar'", "section .rodata".
std::string target_text(const Link& link, const InputFile& file, const Reloc& reloc) {
  if (reloc.target_kind == TargetKind::Symbol)
    return fmt::format("symbol '{}'", readable_name(link, link.symbols.name(reloc.symbol())));
  const std::string name = link.format->describe->symbol(link, file, reloc.raw_symbol);
  if (name.empty()) return "an absolute value";
  if (name.starts_with("section ")) return name;
  return fmt::format("local symbol '{}'", readable_name(link, name));
}

// Where the target is defined, if a file does.
std::string target_lines(const Link& link, const InputFile& file, const Reloc& reloc) {
  if (reloc.target_kind != TargetKind::Symbol) return {};
  const Claim claim = link.symbols.claim(reloc.symbol());
  if (!claim.is_definition()) return {};
  if (claim.claim_class() == ClaimClass::Override) return "\n>>> defined on the command line";
  if (claim.claim_class() == ClaimClass::Provided) return "\n>>> defined by the linker";
  const InputFile& definer = link.inputs.file(claim.file());
  return definer.id == file.id ? std::string() : fmt::format("\n>>> defined in {}", definer.display_name());
}

struct Site {
  const Link& link;
  const InputFile& file;
  const Atom& atom;
  const Reloc& reloc;
};

// `sentence` makes the middle of the message.
template <class Sentence>
std::string site_text(const Site& site, Sentence sentence) {
  const auto& [link, file, atom, reloc] = site;
  const std::string source = link.format->describe->source(link, atom, reloc.offset);
  const std::string section = section_text(link, atom);
  return fmt::format("{}: relocation {}{}{}{}{}", place_of(link, file, atom, reloc.offset),
                     link.format->describe->reloc_type(link, reloc.raw_type), sentence(),
                     target_lines(link, file, reloc), section.empty() ? std::string() : "\n>>> it is" + section,
                     source.empty() ? std::string() : fmt::format("\n>>> referenced by {}", source));
}

uint64_t key_of(const Site& site) {
  return uint64_t{site.atom.raw} << 32 | site.reloc.offset;
}

// The message is made only if it will be shown.
template <class Sentence>
void report(const Site& site, Sentence sentence) {
  if (site.link.diagnostics().takes_error(site.file.id, key_of(site)))
    site.link.diagnostics().error(site_text(site, sentence), site.file.id, key_of(site));
}

// Of what leaves something to write all the same.
template <class Sentence>
void report_tolerable(const Site& site, Sentence sentence) {
  if (!site.link.options().keeps_output) return report(site, sentence);
  site.link.diagnostics().warn(site_text(site, sentence), site.file.id, key_of(site));
}

const char* range_advice(const Reloc& reloc) {
  if (reloc.want == Want::TlsOffset || reloc.want == Want::TlsOffsetSlot)
    return "the thread-local variables of the program take more room than this access can span";
  if (size_of(reloc.field) == 4)
    return "the program is too large for its code model, or its parts lie too far apart: recompile with "
           "-mcmodel=medium or "
           "-mcmodel=large, or move the sections together";
  return "the target is too far away for a field of this size";
}

}  // namespace

void report_reloc(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc,
                  const std::string& what) {
  report({link, file, atom, reloc},
         [&] { return fmt::format(" against {}: {}", target_text(link, file, reloc), what); });
}

void report_not_pic(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc,
                    std::string_view reason) {
  report({link, file, atom, reloc}, [&] {
    return fmt::format(" cannot be used against {}; {}\n>>> {}", target_text(link, file, reloc),
                       link.format->describe->if_not_movable, reason);
  });
}

void report_needs_slot(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc) {
  report({link, file, atom, reloc}, [&] {
    return fmt::format(
        " cannot be used against {}; recompile with -fPIC\n>>> another image defines it, or may define it instead, and "
        "this code does not load its address from a slot",
        target_text(link, file, reloc));
  });
}

void report_out_of_range(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc,
                         uint64_t value) {
  report_tolerable({link, file, atom, reloc}, [&] {
    const FieldFacts& facts = facts_of(reloc.field);
    const std::string target = reloc.target_kind == TargetKind::Symbol
                                   ? fmt::format("'{}'", readable_name(link, link.symbols.name(reloc.symbol())))
                                   : target_text(link, file, reloc);
    return fmt::format(" out of range: {} is not in [{}, {}]; references {}\n>>> {}", static_cast<int64_t>(value),
                       facts.minimum, facts.maximum, target, range_advice(reloc));
  });
}

void report_discarded(const Link& link, const InputFile& file, const Atom& atom, const Reloc& reloc) {
  report_tolerable({link, file, atom, reloc}, [&] {
    return fmt::format(" refers to {} in a discarded section: {}\n>>> defined in {}{}", target_text(link, file, reloc),
                       link.format->describe->section(link, file, reloc.target), file.display_name(),
                       discard_lines(link, file, reloc.target));
  });
}

void warn_of_text_fixups(const Link& link) {
  for (const InputFile* file : link.inputs.files) {
    for (uint32_t i = file->first_atom.value; i < file->first_atom.value + file->atom_count; i++) {
      const Atom& atom = link.atoms[i];
      if (!link.is_live[i] || atom.has(atom_flag::kWritable) || link.fixup_counts[i].all == 0) continue;
      return link.diagnostics().warn(
          fmt::format("{}: the loader has to write to this read-only section, which costs memory and safety {}",
                      place_of(link, *file, atom, 0), link.format->describe->if_loader_writes));
    }
  }
}

// ---- symbols

void report_duplicate(const Link& link, SymbolId symbol, const InputFile& first, uint32_t first_raw,
                      const InputFile& second, uint32_t second_raw) {
  const bool is_tolerated = link.options().keeps_output;
  if (!is_tolerated && !link.diagnostics().takes_error(second.id, second_raw)) return;
  std::string text = fmt::format("duplicate symbol: {}{}{}", readable_name(link, link.symbols.name(symbol)),
                                 definition_lines(link, link.format->describe->defined, first, first_raw),
                                 definition_lines(link, link.format->describe->defined, second, second_raw));
  if (is_tolerated) return link.diagnostics().warn(std::move(text), second.id, second_raw);
  link.diagnostics().error(std::move(text), second.id, second_raw);
}

namespace {

// A name that no other module can define has to be defined here, whatever becomes of others.
bool has_to_be_here(const Link& link, SymbolId symbol) {
  return link.symbols.has(symbol, symbol_flag::kHidden | symbol_flag::kInternal | symbol_flag::kProtected);
}

bool may_stay_undefined(const Link& link, SymbolId symbol) {
  const auto& ignored = link.options().ignored_undefined;
  return (link.options().unresolved == UnresolvedPolicy::Ignore && !has_to_be_here(link, symbol)) ||
         std::find(ignored.begin(), ignored.end(), link.symbols.name(symbol)) != ignored.end();
}

const char* visibility_text(const Link& link, SymbolId symbol) {
  if (link.symbols.has(symbol, symbol_flag::kInternal)) return "internal ";
  if (link.symbols.has(symbol, symbol_flag::kHidden)) return "hidden ";
  if (link.symbols.has(symbol, symbol_flag::kProtected)) return "protected ";
  return "";
}

// Code that names what it finds beside the thread register.
std::string slot_hint(const Link& link, const UndefinedReference& reference) {
  const Atom& atom = link.atom(reference.atom);
  const TargetRow* row = link.target().row;
  if (!row || !has_runtime_slots(*row) || !atom.has(atom_flag::kExecutable)) return {};
  x86::InstructionFinder finder(atom.bytes(), instruction_mode(link), link.code_starts.of(link, atom));
  const auto found = finder.find(reference.offset);
  if (!found || found->instruction.segment_prefix == 0) return {};
  return fmt::format("\n>>> --tls-slot={} makes it one of the target's runtime slots",
                     link.symbols.name(reference.symbol));
}

// Of a link that is one of several for one output.
std::string architecture_text(const Link& link) {
  if (!link.options().darwin.names_architecture) return {};
  return fmt::format(" for arch {}", macho::architecture_name(link.target().cpu));
}

// `references` are those to one symbol, in input order.
std::string undefined_text(const Link& link, std::span<const UndefinedReference> references) {
  const SymbolId symbol = references[0].symbol;
  std::string text = fmt::format("undefined {}symbol{}: {}", visibility_text(link, symbol), architecture_text(link),
                                 readable_name(link, link.symbols.name(symbol)));
  for (const UndefinedReference& reference : references.first(std::min(references.size(), kShownReferences))) {
    const Atom& atom = link.atom(reference.atom);
    text += located("referenced by", link.format->describe->source(link, atom, reference.offset),
                    place_of(link, link.inputs.file(atom.file), atom, reference.offset) + section_text(link, atom));
  }
  if (references.size() > kShownReferences)
    text += fmt::format("\n>>> referenced {} more times", references.size() - kShownReferences);
  return text + undefined_hints(link, symbol) + slot_hint(link, references[0]);
}

void report_undefined_symbol(const Link& link, std::span<const UndefinedReference> references) {
  const SymbolId symbol = references[0].symbol;
  if (may_stay_undefined(link, symbol)) return;
  const Atom& atom = link.atom(references[0].atom);
  const uint64_t key = uint64_t{atom.raw} << 32 | references[0].offset;
  const bool is_warning = link.options().unresolved == UnresolvedPolicy::Warn &&
                          (link.options().keeps_output || !has_to_be_here(link, symbol));
  if (is_warning) return link.diagnostics().warn(undefined_text(link, references), atom.file, key);
  if (link.diagnostics().takes_error(atom.file, key))
    link.diagnostics().error(undefined_text(link, references), atom.file, key);
}

}  // namespace

void report_undefined(const Link& link, std::span<const UndefinedReference> references) {
  while (!references.empty()) {
    const SymbolId symbol = references[0].symbol;
    const auto is_other = [&](const UndefinedReference& reference) { return reference.symbol != symbol; };
    const auto end = std::find_if(references.begin(), references.end(), is_other);
    const auto count = static_cast<size_t>(end - references.begin());
    report_undefined_symbol(link, references.first(count));
    references = references.subspan(count);
  }
}

void report_merged_commons(const Link& link) {
  for (const InputFile* file : link.inputs.files) {
    for (const CommonOffer& offer : file->commons) {
      const SymbolId symbol = file->globals[offer.global];
      const Claim claim = link.symbols.claim(symbol);
      if (claim.file() == file->id || !claim.is_definition()) continue;
      const std::string name = readable_name(link, link.symbols.name(symbol));
      const bool is_common = claim.claim_class() == ClaimClass::Common;
      const std::string winner = claim.claim_class() == ClaimClass::Override
                                     ? "the command line"
                                     : link.inputs.file(claim.file()).display_name();
      link.diagnostics().warn(
          fmt::format("common symbol {} of {} (size {}) is {} {}", name, file->display_name(), offer.size,
                      is_common ? "merged with that of" : "overridden by the definition in", winner),
          file->id, offer.global);
    }
  }
}

}  // namespace xld
