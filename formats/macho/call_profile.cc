// See call_profile.h. A record has the numbers of two symbols and a count. LLVM's MCAssembler, ".cg_profile".
#include "formats/macho/call_profile.h"

#include <map>
#include <optional>

#include "formats/macho/object.h"
#include "layout/call_order.h"

namespace xld::macho {

namespace {

struct CallRecord {
  uint32_t from, to;
  uint64_t count;
};

class ProfileReader {
 public:
  explicit ProfileReader(const Link& link) : link_(link) {}

  std::vector<AtomId> read() {
    for (const InputFile* file : link_.inputs.files)
      for (const InputSection& section : object_of(*file).sections)
        if (section.segment == "__LLVM" && section.name == "__cg_profile" && !section.is_zero_fill())
          read_records(*file, file->bytes.subspan(section.file_offset, section.size));
    if (weights_.empty()) return {};
    std::vector<CallEdge> edges;
    for (const auto& [pair, weight] : weights_) edges.push_back({pair.first, pair.second, weight});
    std::vector<AtomId> order;
    for (const uint32_t number : order_by_calls(sizes_, edges, link_.target().max_page_size))
      order.push_back(functions_[number]);
    return order;
  }

 private:
  void read_records(const InputFile& file, Bytes records) {
    for (uint64_t offset = 0; const auto record = xld::read<CallRecord>(records, offset);
         offset += sizeof(CallRecord)) {
      const auto from = function_of(file, record->from), to = function_of(file, record->to);
      // What stands in another section cannot be brought nearer.
      if (!from || !to || link_.atom(*from).section != link_.atom(*to).section) continue;
      weights_[{number_of(*from), number_of(*to)}] += record->count;
    }
  }

  std::optional<AtomId> function_of(const InputFile& file, uint32_t symbol) {
    const MachoObject& object = object_of(file);
    if (symbol >= object.symbol_count) return std::nullopt;
    AtomId atom;
    if (symbol >= file.first_global) {
      atom = link_.symbols.atom(file.globals[symbol - file.first_global]);
    } else if (const Subsection* piece = subsection_of(object, symbol)) {
      atom = piece->atom;
    }
    if (!atom.is_valid() || !link_.is_live[atom.value]) return std::nullopt;
    return link_.atom(atom).has(atom_flag::kFolded) ? leader_of(atom) : atom;
  }

  AtomId leader_of(AtomId folded) {
    if (leaders_.empty())
      for (const FoldedAtom& pair : link_.folded) leaders_[pair.atom] = pair.leader;
    return leaders_[folded];
  }

  uint32_t number_of(AtomId atom) {
    const auto [found, is_new] = numbers_.try_emplace(atom, static_cast<uint32_t>(functions_.size()));
    if (is_new) {
      functions_.push_back(atom);
      sizes_.push_back(link_.atom(atom).size);
    }
    return found->second;
  }

  const Link& link_;
  std::map<AtomId, uint32_t> numbers_;
  std::vector<AtomId> functions_;
  std::vector<uint64_t> sizes_;
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> weights_;
  std::map<AtomId, AtomId> leaders_;
};

}  // namespace

std::vector<AtomId> order_of_calls(const Link& link) {
  return ProfileReader(link).read();
}

}  // namespace xld::macho
