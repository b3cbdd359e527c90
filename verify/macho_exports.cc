// Rules about the export trie (<mach-o/loader.h>, "export_info"), and that it says the same as the symbol table.
#include <map>
#include <set>

#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

struct Export {
  uint64_t flags, address;  // the address with the image's base
  int ordinal;              // of a re-export
};

Bytes find_trie(const MachoFile& file) {
  if (file.dyld_info)
    return slice(file.bytes, file.dyld_info->export_off, file.dyld_info->export_size).value_or(Bytes{});
  return file.linkedit_data(MachO::LC_DYLD_EXPORTS_TRIE);
}

// Walks a trie. Each node may be reached once: a cycle or a shared part would name symbols without end.
class Walker {
 public:
  Walker(const MachoFile& file, Bytes trie, Report* report) : file_(file), trie_(trie), report_(report) {}

  std::map<std::string, Export> walk() {
    pending_.push_back({0, ""});
    while (!pending_.empty()) {
      const Node node = pending_.back();
      pending_.pop_back();
      if (!seen_.insert(node.offset).second) {
        complain("node {:#x} is reached twice", node.offset);
      } else if (node.prefix.size() > kLongestName) {
        complain("node {:#x}: a name of more than {} bytes", node.offset, kLongestName);
      } else {
        visit(node);
      }
    }
    return std::move(exports_);
  }

 private:
  static constexpr size_t kLongestName = 1 << 16;

  struct Node {
    uint64_t offset;
    std::string prefix;
  };

  template <class... Arguments>
  void complain(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (report_) report_->add(format, std::forward<Arguments>(arguments)...);
  }

  void visit(const Node& node) {
    LebReader reader(trie_, node.offset);
    const uint64_t size = reader.uleb();
    const uint64_t children = reader.offset() + size;
    if (reader.failed() || children >= trie_.size())
      return complain("node {:#x} ({}) is outside the trie", node.offset, node.prefix);
    if (size != 0) read_export(reader, node, children);
    LebReader edges(trie_, children);
    const uint8_t count = edges.byte();
    if (count == 0 && size == 0 && trie_.size() > 2 && node.offset != 0)
      complain("node {:#x} ({}) leads nowhere", node.offset, node.prefix);
    for (uint8_t i = 0; i < count; i++) {
      const std::string_view edge = edges.string();
      const uint64_t child = edges.uleb();
      if (edges.failed() || child == 0 || child >= trie_.size() || edge.empty()) {
        return complain("node {:#x} ({}): edge {} leads to {:#x}", node.offset, node.prefix, i, child);
      }
      pending_.push_back({child, node.prefix + std::string(edge)});
    }
  }

  void read_export(LebReader& reader, const Node& node, uint64_t end) {
    Export result{reader.uleb(), 0, 0};
    const uint64_t kind = result.flags & MachO::EXPORT_SYMBOL_FLAGS_KIND_MASK;
    if (kind > 2 || (result.flags & ~uint64_t{0x3f}) != 0) complain("{}: flags {:#x}", node.prefix, result.flags);
    if ((result.flags & MachO::EXPORT_SYMBOL_FLAGS_REEXPORT) != 0) {
      result.ordinal = static_cast<int>(reader.uleb() & 0xffffff);
      reader.string();
      if (result.ordinal > static_cast<int>(file_.libraries.size()))
        complain("{}: of library {} of {}", node.prefix, result.ordinal, file_.libraries.size());
    } else {
      const MachoSegment* header = file_.header_segment();
      result.address =
          reader.uleb() + (kind != MachO::EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE && header ? header->address : 0);
      if ((result.flags & MachO::EXPORT_SYMBOL_FLAGS_STUB_AND_RESOLVER) != 0) reader.uleb();
      const bool is_absolute = kind == MachO::EXPORT_SYMBOL_FLAGS_KIND_ABSOLUTE;
      if (!is_absolute && !file_.segment_at(result.address, 0))
        complain("{}: address {:#x} is outside the image", node.prefix, result.address);
      const MachoSection* section = is_absolute ? nullptr : file_.section_at(result.address);
      const bool is_variable = section && section->type() == MachO::S_THREAD_LOCAL_VARIABLES;
      if (is_variable != (kind == MachO::EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL))
        complain("{}: kind {}, but it {} thread-local", node.prefix, kind, is_variable ? "is" : "is not");
    }
    if (reader.failed() || reader.offset() != end)
      complain("{}: its information ends at {:#x}, not at {:#x}", node.prefix, reader.offset(), end);
    exports_[node.prefix] = result;
  }

  const MachoFile& file_;
  Bytes trie_;
  Report* report_;
  std::vector<Node> pending_;
  std::set<uint64_t> seen_;
  std::map<std::string, Export> exports_;
};

void check_trie(const MachoFile& file, Report& report) {
  const Bytes trie = find_trie(file);
  if (!trie.empty()) Walker(file, trie, &report).walk();
}

// strip takes the locals first; the one it leaves behind is its own.
bool is_stripped(const MachoFile& file) {
  for (const MachoSymbol& s : file.symbols) {
    if (!s.is_stab() && !s.is_external() && !(s.name && s.name->starts_with("radr://"))) return false;
  }
  return true;
}

// strip may have taken symbols; those that are left agree with the trie.
void check_against_symbols(const MachoFile& file, Report& report) {
  const Bytes trie = find_trie(file);
  if (trie.empty() || !file.dysymtab || file.dysymtab->nextdefsym == 0) return;
  const std::map<std::string, Export> exports = Walker(file, trie, nullptr).walk();
  std::map<std::string_view, const MachoSymbol*> symbols;
  for (const MachoSymbol& s : file.symbols) {
    if (s.is_stab() || !s.is_external() || !s.is_defined() || !s.name) continue;
    symbols[*s.name] = &s;
    const auto found = exports.find(std::string(*s.name));
    if (s.is_private() || s.kind() == MachO::N_INDR) continue;
    if (found == exports.end()) {
      report.add("{} is a global symbol, and not in the trie", *s.name);
      continue;
    }
    const Export& e = found->second;
    if ((e.flags & MachO::EXPORT_SYMBOL_FLAGS_REEXPORT) != 0) continue;
    if (e.address != s.value)
      report.add("{}: {:#x} in the trie, {:#x} in the symbol table", *s.name, e.address, s.value);
    const bool is_weak = (e.flags & MachO::EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION) != 0;
    if (is_weak != ((s.description & MachO::N_WEAK_DEF) != 0))
      report.add("{}: weak in {}", *s.name, is_weak ? "the trie only" : "the symbol table only");
  }
  if (is_stripped(file)) return;
  for (const auto& [name, e] : exports) {
    if ((e.flags & MachO::EXPORT_SYMBOL_FLAGS_REEXPORT) == 0 && !symbols.contains(name))
      report.add("{} is in the trie, and no global symbol", name);
  }
}

// The header says whether there are weak definitions and weak binds: dyld looks at nothing else.
void check_weak_flags(const MachoFile& file, Report& report) {
  const Bytes trie = find_trie(file);
  bool has_weak = false;
  for (const auto& [name, e] : Walker(file, trie, nullptr).walk())
    has_weak |= (e.flags & MachO::EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION) != 0;
  if (has_weak && (file.flags & MachO::MH_WEAK_DEFINES) == 0)
    report.add("weak definitions are exported, but no MH_WEAK_DEFINES");
  for (const MachoFixup& f : file.fixups) {
    const bool is_weak = f.kind == MachoFixup::Kind::WeakBind || (f.kind == MachoFixup::Kind::Bind && f.ordinal == -3);
    if (is_weak && (file.flags & (MachO::MH_BINDS_TO_WEAK | MachO::MH_WEAK_DEFINES)) == 0) {
      return report.add("{} is bound weakly, but no MH_BINDS_TO_WEAK", f.name);
    }
  }
}

constexpr MachoRule kRules[] = {
    {"macho-export-trie", "the export trie is a tree whose nodes are complete and name places in the image",
     Scope::Linked, check_trie},
    {"macho-exports", "the export trie and the symbol table agree", Scope::Linked, check_against_symbols},
    {"macho-weak-flags", "MH_WEAK_DEFINES and MH_BINDS_TO_WEAK are set where they are needed", Scope::Linked,
     check_weak_flags},
};

}  // namespace

MachoRules macho_export_rules() {
  return kRules;
}

}  // namespace xld::verify
