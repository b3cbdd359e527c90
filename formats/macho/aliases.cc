// See aliases.h.
#include "formats/macho/aliases.h"

#include <fmt/core.h>
#include <map>

#include "formats/macho/object.h"

namespace xld::macho {

namespace {

struct Alias {
  const InputFile* file = nullptr;
  SymbolId meant;
};

class AliasSettler {
 public:
  explicit AliasSettler(Link& link) : link_(link) {}

  void run() {
    for (const InputFile* file : link_.inputs.files)
      if (object_of(*file).has_aliases) collect(*file);
    for (const auto& [name, alias] : aliases_) settle(name, alias);
  }

 private:
  // Those whose definition counts.
  void collect(const InputFile& file) {
    const MachoObject& object = object_of(file);
    for (uint32_t i = 0; i < file.globals.size(); i++) {
      const RawSymbol raw = raw_symbol(link_, object, file.first_global + i);
      if (is_stab(raw) || (raw.type & N_TYPE) != N_INDR || !(raw.type & N_EXT)) continue;
      const Claim claim = link_.symbols.claim(file.globals[i]);
      if (claim.file() != file.id || claim.raw_symbol() != file.first_global + i) continue;
      const std::string_view meant = c_string_at(object.symbol_names, raw.value).value_or("");
      aliases_[file.globals[i]] = {&file, link_.symbols.find(meant)};
    }
  }

  // Another name may mean another one in turn. Longer chains than this, and circles, mean nothing.
  SymbolId definition_behind(SymbolId name) const {
    constexpr int kLongestChain = 64;
    for (int step = 0; step < kLongestChain; step++) {
      const auto next = aliases_.find(name);
      if (next == aliases_.end()) return name;
      name = next->second.meant;
    }
    return SymbolId();
  }

  void settle(SymbolId name, const Alias& alias) {
    const SymbolId original = definition_behind(alias.meant);
    if (!original.is_valid() || !link_.symbols.has(original, symbol_flag::kDefined)) {
      link_.diagnostics().error(
          fmt::format("{}: {} is another name of {}, which no object defines; link the object or archive that does",
                      alias.file->display_name(), link_.symbols.name(name),
                      alias.meant.is_valid() ? link_.symbols.name(alias.meant) : "a symbol"),
          alias.file->id);
      return;
    }
    constexpr uint32_t kNature = symbol_flag::kDefined | symbol_flag::kWeak | symbol_flag::kHidden |
                                 symbol_flag::kAbsolute | symbol_flag::kThreadLocal;
    link_.symbols.place(name, link_.symbols.atom(original), link_.symbols.value(original));
    link_.symbols.add_flags(name, link_.symbols.flags(original) & kNature);
  }

  Link& link_;
  std::map<SymbolId, Alias> aliases_;
};

}  // namespace

void settle_aliases(Link& link) {
  AliasSettler(link).run();
}

}  // namespace xld::macho
