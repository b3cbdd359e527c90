// See call_graph.h. LLVM's "Extensions" page, "SHT_LLVM_CALL_GRAPH_PROFILE": a section of 8-byte counts, whose
// relocations name two symbols for each, caller and callee.
// layout/call_order.h makes an order of them.
#include "formats/elf/call_graph.h"

#include <fmt/core.h>
#include <map>
#include <unordered_map>

#include "core/list_lines.h"
#include "formats/elf/named_atoms.h"
#include "formats/elf/object.h"
#include "layout/call_order.h"

namespace xld::elf {

namespace {

constexpr uint64_t kLargestChain = uint64_t{1} << 20;  // beyond some pages, standing together gains nothing

class CallReader {
 public:
  explicit CallReader(Link& link) : link_(link) {
    for (const FoldedAtom& folded : link.folded) leader_of_[folded.atom.value] = folded.leader;
  }

  std::vector<AtomId> order() const {
    std::vector<AtomId> atoms;
    for (const uint32_t function : xld::order_by_calls(sizes_, calls_, kLargestChain))
      atoms.push_back(functions_[function]);
    return atoms;
  }

  void read_file(const std::string& path) {
    const auto text = link_.open_referenced(path);
    if (!text)
      return link_.diagnostics().error(
          fmt::format("--call-graph-ordering-file: cannot open {}: {}", path, text.error().message));
    for_each_listed_name(as_text(*text), [&](std::string_view line, uint32_t number) { add_line(path, line, number); });
    // Of several functions of one name the first counts.
    std::vector<AtomId> atoms(index_of_.size());
    for (const NamedAtom& found : find_named_atoms(link_, index_of_))
      if (!atoms[found.name].is_valid()) atoms[found.name] = found.atom;
    if (link_.options().warn_symbol_ordering) warn_of_unknown(path, atoms);
    for (const NamedCall& call : named_calls_) add(atoms[call.caller], atoms[call.callee], call.count);
  }

  void read_objects() {
    for (const InputFile* file : link_.inputs.files) {
      if (object_of(*file).call_graph_section == 0) continue;
      if (link_.target().word_size == 8) {
        read_object<Elf64>(*file);
      } else {
        read_object<Elf32>(*file);
      }
    }
  }

 private:
  struct NamedCall {
    uint32_t caller = 0, callee = 0;  // numbers of names
    uint64_t count = 0;
  };

  void add_line(const std::string& path, std::string_view line, uint32_t number) {
    const auto next_word = [&] {
      const std::string_view word = line.substr(0, line.find_first_of(" \t"));
      line = trim_blanks(line.substr(word.size()));
      return word;
    };
    const std::string_view caller = next_word(), callee = next_word(), count = next_word();
    uint64_t value = 0;
    for (const char digit : count) {
      if (digit < '0' || digit > '9' || value > UINT64_MAX / 10 - 1) return report_line(path, number);
      value = value * 10 + static_cast<uint64_t>(digit - '0');
    }
    if (count.empty() || !line.empty()) return report_line(path, number);
    named_calls_.push_back({number_of(caller), number_of(callee), value});
  }

  void report_line(const std::string& path, uint32_t number) const {
    link_.diagnostics().error(
        fmt::format("{}:{}: a line is \"CALLER CALLEE COUNT\" (--call-graph-ordering-file)", path, number), {}, number);
  }

  uint32_t number_of(std::string_view name) {
    return index_of_.try_emplace(name, static_cast<uint32_t>(index_of_.size())).first->second;
  }

  void warn_of_unknown(const std::string& path, const std::vector<AtomId>& atoms) const {
    for (const auto& [name, number] : index_of_)
      if (!atoms[number].is_valid())
        link_.diagnostics().warn(fmt::format("{}: {} is not defined in a section of the inputs that is linked; correct "
                                             "the file, or pass --no-warn-symbol-ordering",
                                             path, name),
                                 {}, number);
  }

  template <class E>
  void read_object(const InputFile& file) {
    const ElfObject& object = object_of(file);
    const uint32_t index = object.call_graph_section;
    const Bytes counts = section_bytes(file, section_header<E>(object, index));
    if (object.relocs_of[index] == 0) {
      link_.diagnostics().warn(
          fmt::format("{}: section {} has no relocations, which name the functions; another tool has lost them",
                      file.display_name(), section_facts(link_, object, index).name),
          file.id);
      return;
    }
    const RelocRecords records = reloc_records<E>(file, object, object.relocs_of[index]);
    if (records.has_addends) {
      read_calls<E, typename E::Rela>(file, counts, records.bytes);
    } else {
      read_calls<E, typename E::Rel>(file, counts, records.bytes);
    }
  }

  template <class E, class Record>
  void read_calls(const InputFile& file, Bytes counts, Bytes records) {
    const size_t count = counts.size() / sizeof(uint64_t);
    if (counts.size() % sizeof(uint64_t) != 0 || records.size() != count * 2 * sizeof(Record)) {
      report_section(link_, file, object_of(file).call_graph_section,
                     fmt::format("{:#x} bytes of counts and {} relocations do not fit: each count has two",
                                 counts.size(), records.size() / sizeof(Record)));
      return;
    }
    for (size_t i = 0; i < count; i++) {
      const auto caller = load<Record>(records.data() + 2 * i * sizeof(Record));
      const auto callee = load<Record>(records.data() + (2 * i + 1) * sizeof(Record));
      add(atom_of<E>(file, caller.symbol()), atom_of<E>(file, callee.symbol()),
          load<uint64_t>(counts.data() + i * sizeof(uint64_t)));
    }
  }

  template <class E>
  AtomId atom_of(const InputFile& file, uint32_t symbol) const {
    const ElfObject& object = object_of(file);
    if (symbol >= object.symbol_count) return AtomId();
    if (symbol >= object.first_global) return link_.symbols.atom(file.globals[symbol - object.first_global]);
    const uint32_t section = section_index(object, symbol, raw_symbol<E>(object, symbol));
    return section < object.atom_of.size() ? object.atom_of[section] : AtomId();
  }

  void add(AtomId caller, AtomId callee, uint64_t count) {
    if (!is_linked(link_, caller) || !is_linked(link_, callee)) return;
    caller = standing_for(caller);
    callee = standing_for(callee);
    // What is in different sections of the output cannot stand together.
    if (link_.atom(caller).section != link_.atom(callee).section) return;
    const uint32_t to = number_of_function(callee), from = number_of_function(caller);
    const auto [found, is_new] = call_of_.try_emplace({from, to}, calls_.size());
    if (is_new) calls_.push_back({from, to, 0});
    uint64_t& sum = calls_[found->second].weight;
    sum = add_saturated(sum, count);
  }

  uint32_t number_of_function(AtomId atom) {
    const auto [found, is_new] = function_of_.try_emplace(atom.value, static_cast<uint32_t>(functions_.size()));
    if (is_new) {
      functions_.push_back(atom);
      sizes_.push_back(link_.atom(atom).size);
    }
    return found->second;
  }

  AtomId standing_for(AtomId atom) const {
    const auto found = leader_of_.find(atom.value);
    return found == leader_of_.end() ? atom : found->second;
  }

  Link& link_;
  std::unordered_map<uint32_t, AtomId> leader_of_;  // of folded atoms
  std::unordered_map<std::string_view, uint32_t> index_of_;
  std::vector<NamedCall> named_calls_;
  std::unordered_map<uint32_t, uint32_t> function_of_;  // by atom: its index in these
  std::vector<AtomId> functions_;
  std::vector<uint64_t> sizes_;
  std::vector<CallEdge> calls_;                              // each pair once, in the order of the inputs
  std::map<std::pair<uint32_t, uint32_t>, size_t> call_of_;  // its index there
};

}  // namespace

std::vector<AtomId> order_by_calls(Link& link) {
  const std::string& path = link.options().call_graph_ordering_file;
  const auto is_profiled = [](const InputFile* file) { return object_of(*file).call_graph_section != 0; };
  const bool has_numbers = !path.empty() || std::ranges::any_of(link.inputs.files, is_profiled);
  if (!link.options().sorts_by_calls || !has_numbers) return {};
  CallReader reader(link);
  if (!path.empty()) reader.read_file(path);
  reader.read_objects();
  return reader.order();
}

}  // namespace xld::elf
