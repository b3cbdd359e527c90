// --why-live: the shortest chain of references from a root to a symbol's section.
//
// A second walk of the graph that liveness.cc walks, one section after the other, which remembers where each section
// was reached from. It runs when it is asked for; the real walk remembers nothing.
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>

#include "core/glob.h"
#include "ld/liveness.h"
#include "ld/messages.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

struct Step {
  enum class Reason : uint8_t {
    NotReached,
    RootSymbol,   // the entry, or a name an option asks for
    RootSection,  // a section of a kind that is always kept
    RootRecords,  // unwind records that serve the whole file
    Reference,
    Bracket,    // a start or end symbol of its output section is used
    Companion,  // describes, or belongs to, what is live
  };
  Reason reason = Reason::NotReached;
  AtomId from;      // none: a root
  SymbolId symbol;  // none: reached by section
};

class LivenessPaths {
 public:
  explicit LivenessPaths(const Link& link) : link_(link), steps_(link.atoms.size()) {
    reach_roots();
    for (size_t next = 0; next < queue_.size(); next++) visit(queue_[next]);
  }

  const Step& step(AtomId id) const { return steps_[id.value]; }

 private:
  using Reason = Step::Reason;

  void reach_roots() {
    for (uint32_t i = 0; i < link_.symbols.size(); i++)
      if (link_.symbols.has(SymbolId{i}, symbol_flag::kRoot)) reach_symbol(SymbolId{i}, AtomId(), Reason::RootSymbol);
    for (const InputFile* file : link_.inputs.files) {
      for (uint32_t i = 0; i < file->atom_count; i++) {
        const AtomId id{file->first_atom.value + i};
        if (link_.format->is_root(link_, *file, link_.atom(id))) reach(id, {Reason::RootSection, {}, {}});
      }
      const std::span<const Companion> companions = file->companions;
      for (auto it = companions.rbegin(); it != companions.rend() && !it->owner.is_valid(); ++it)
        visit_records(*it, AtomId(), Reason::RootRecords);
    }
  }

  void reach(AtomId id, Step step) {
    if (steps_[id.value].reason != Reason::NotReached) return;
    steps_[id.value] = step;
    queue_.push_back(id);
  }

  void reach_symbol(SymbolId id, AtomId from, Reason reason) {
    if (link_.symbols.atom(id).is_valid()) reach(link_.symbols.atom(id), {reason, from, id});
    if (!link_.symbols.has(id, symbol_flag::kBrackets)) return;
    if (const auto found = link_.bracketed.find(id); found != link_.bracketed.end())
      for (const AtomId atom : found->second) reach(atom, {Reason::Bracket, from, id});
  }

  void visit(AtomId id) {
    const Atom& atom = link_.atom(id);
    if (atom.file.value == 0) return;  // made by the linker: no relocations
    if (!keeps_targets(atom)) return;
    visit_relocs(id, RelocCursor(), id, Reason::Reference);
    const std::span<const Companion> companions = link_.inputs.file(atom.file).companions;
    const auto [first, last] =
        std::equal_range(companions.begin(), companions.end(), Companion{id, {}},
                         [](const Companion& a, const Companion& b) { return a.owner < b.owner; });
    for (auto it = first; it != last; ++it) {
      reach(it->atom, {Reason::Companion, id, {}});
      if (!it->is_whole_atom) visit_records(*it, id, Reason::Reference);
    }
  }

  // What a function's unwind records refer to, the function keeps.
  void visit_records(const Companion& records, AtomId from, Reason reason) {
    if (records.reloc_count == 0) return;
    visit_relocs(records.atom, {records.first_reloc, records.first_reloc + records.reloc_count}, from, reason);
  }

  void visit_relocs(AtomId id, RelocCursor cursor, AtomId from, Reason reason) {
    const Atom& atom = link_.atom(id);
    if (!atom.relocs) return;
    const InputFile& file = link_.inputs.file(atom.file);
    std::array<Reloc, 64> batch;
    while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, false)) {
      for (size_t i = 0; i < count; i++) {
        if (batch[i].target_kind == TargetKind::Symbol) reach_symbol(batch[i].symbol(), from, reason);
        if (batch[i].target_kind == TargetKind::Atom) reach(batch[i].atom(), {reason, from, {}});
      }
    }
  }

  const Link& link_;
  std::vector<Step> steps_;  // by AtomId
  std::vector<AtomId> queue_;
};

struct Subject {
  std::string_view name;
  AtomId atom;  // not valid: an address
};

class Explainer {
 public:
  explicit Explainer(const Link& link) : link_(link), model_(link), paths_(link) {}

  std::string explain(const std::string& pattern) {
    const std::vector<Subject> subjects = find_subjects(pattern);
    if (subjects.empty()) return fmt::format("{}: no such symbol is defined in the files of this link\n", pattern);
    std::string text;
    for (const Subject& subject : subjects) text += explain(subject);
    return text;
  }

 private:
  std::vector<Subject> find_subjects(const std::string& pattern) const {
    const Glob glob(pattern);
    std::vector<Subject> subjects;
    for (uint32_t i = 0; i < link_.symbols.size(); i++) {
      const SymbolId id{i};
      if (link_.symbols.has(id, symbol_flag::kDefined) && glob.matches(link_.symbols.name(id)))
        subjects.push_back({link_.symbols.name(id), link_.symbols.atom(id)});
    }
    for (const InputFile* file : link_.inputs.files) {
      for (const FileSymbol& symbol : link_.format->describe->list_symbols(link_, *file))
        if (!symbol.global.is_valid() && glob.matches(symbol.name)) subjects.push_back({symbol.name, symbol.atom});
    }
    return subjects;
  }

  // As Apple's linker says it: each line names what refers to the one before it.
  std::string explain_for_apple(const Subject& subject) const {
    if (!subject.atom.is_valid() || !link_.is_live[subject.atom.value]) return {};
    std::string text = fmt::format("{} from {}\n", readable_name(link_, subject.name), file_of(subject.atom));
    size_t depth = 2;
    for (AtomId id = paths_.step(subject.atom).from; id.is_valid(); id = paths_.step(id).from, depth += 2) {
      const auto symbols = model_.symbols_in(id);
      const std::string name = symbols.empty() ? section_of(id) : readable_name(link_, symbols.front().name);
      text += fmt::format("{:{}}{} from {}\n", "", depth, name, file_of(id));
    }
    return text;
  }

  std::string file_of(AtomId id) const {
    const Atom& atom = link_.atom(id);
    return atom.file.value == 0 ? "<linker>" : link_.inputs.file(atom.file).display_name();
  }

  std::string explain(const Subject& subject) const {
    if (link_.options().map_form == MapForm::Apple) return explain_for_apple(subject);
    const std::string name = readable_name(link_, subject.name);
    if (!subject.atom.is_valid()) return fmt::format("{}: is an address, not part of a section\n", name);
    const std::string place = section_of(subject.atom);
    if (!link_.is_live[subject.atom.value])
      return fmt::format("{} in {}: is removed: nothing live refers to it\n", name, place);
    if (!link_.options().gc_sections)
      return fmt::format("{} in {}: is kept: everything is, without --gc-sections\n", name, place);
    std::string text = fmt::format("{} in {}: is live\n", name, place);
    for (AtomId id = subject.atom; id.is_valid(); id = paths_.step(id).from) text += explain_step(paths_.step(id));
    return text;
  }

  std::string explain_step(const Step& step) const {
    const std::string symbol = step.symbol.is_valid() ? readable_name(link_, link_.symbols.name(step.symbol)) : "";
    const std::string user = step.from.is_valid() ? atom_name(step.from) : "";
    switch (step.reason) {
      case Step::Reason::RootSymbol:
        return fmt::format(">>> {} is {}\n", symbol, root_name(step.symbol));
      case Step::Reason::RootSection:
        return ">>> a section of this kind is always kept\n";
      case Step::Reason::RootRecords:
        return ">>> unwind records of its file refer to it\n";
      case Step::Reason::Reference:
        return fmt::format(">>> referenced by {}\n", user);
      case Step::Reason::Bracket:
        return fmt::format(">>> {} keeps all sections of its name, and is used by {}\n", symbol,
                           user.empty() ? "an option" : user);
      case Step::Reason::Companion:
        return fmt::format(">>> belongs to {}\n", user);
      case Step::Reason::NotReached:
        break;
    }
    return {};
  }

  std::string_view root_name(SymbolId id) const {
    const std::string& entry = link_.options().entry;
    return link_.symbols.name(id) == (entry.empty() ? link_.target().entry : entry) ? "the entry"
                                                                                    : "named by an option";
  }

  std::string section_of(AtomId id) const {
    const auto kind = link_.atom(id).file.value == 0 ? MapEntry::Kind::Common : MapEntry::Kind::Input;
    return model_.input_name({kind, id});
  }

  std::string atom_name(AtomId id) const {
    const auto symbols = model_.symbols_in(id);
    if (symbols.empty()) return section_of(id);
    return fmt::format("{} in {}", readable_name(link_, symbols.front().name), section_of(id));
  }

  const Link& link_;
  const MapModel model_;
  const LivenessPaths paths_;
};

}  // namespace

std::string explain_liveness(const Link& link) {
  if (!has_liveness(link)) return {};
  Explainer explainer(link);
  std::string text;
  for (const std::string& pattern : link.options().why_live) text += explainer.explain(pattern);
  return text;
}

}  // namespace xld
