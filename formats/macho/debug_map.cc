// See debug_map.h.
//
// N_SO and N_OSO open the entries of an object, an N_SO without a name ends them. The time of the object is left out
// (0), which readers take for "do not ask": outputs are the same whenever they are made.
#include "formats/macho/debug_map.h"

#include <filesystem>

#include "formats/macho/source_lines.h"

namespace xld::macho {

namespace {

constexpr uint8_t N_GSYM = 0x20, N_FUN = 0x24, N_STSYM = 0x26, N_BNSYM = 0x2e, N_ENSYM = 0x4e, N_SO = 0x64,
                  N_OSO = 0x66;

class DebugMapMaker {
 public:
  DebugMapMaker(const Link& link, const InputFile& file, std::string_view prefix)
      : link_(link), file_(file), object_(object_of(file)), prefix_(prefix) {}

  OutputSymbols make() {
    map_.reserve(size_t{object_.symbol_count} + 3);
    map_.resize(2);  // for what opens it
    for (uint32_t i = 0; i < object_.symbol_count; i++) consider(i);
    if (map_.size() == 2) return {};
    map_[0] = entry(N_SO, keep(source_name()));
    OutputSymbol object = entry(N_OSO, keep(object_path()));
    object.section = link_.target().cpu == Cpu::Arm64 ? CPU_SUBTYPE_ARM64_ALL : CPU_SUBTYPE_X86_ALL;
    object.desc = 1;
    map_[1] = object;
    map_.push_back(entry(N_SO, {}));
    map_.back().section = 1;
    return std::move(map_);
  }

 private:
  static OutputSymbol entry(uint8_t type, std::string_view name) {
    OutputSymbol symbol;
    symbol.name = name;
    symbol.type = type;
    return symbol;
  }

  std::string_view keep(std::string text) { return link_.session.keep(std::move(text)); }

  void consider(uint32_t index) {
    const RawSymbol raw = raw_symbol(link_, object_, index);
    if (!is_defined_in_section(raw)) return;
    const std::string_view name = symbol_name(object_, raw);
    if (name.empty() || name[0] == 'L' || name[0] == 'l') return;
    const bool is_global = index >= file_.first_global;
    if (is_global && !is_mine(index)) return;
    const Subsection* piece = subsection_of(object_, index);
    if (!piece || !piece->atom.is_valid() || !link_.is_live[piece->atom.value]) return;
    const Atom& atom = link_.atom(piece->atom);
    if (atom.has(atom_flag::kFolded | atom_flag::kUnwind) || !atom.has(atom_flag::kAllocated)) return;
    add(name, piece->atom, raw.value - piece->address, is_global && is_visible(index, raw));
  }

  // Readers look for the address of what is visible in the symbol table.
  bool is_visible(uint32_t index, const RawSymbol& raw) const {
    if (!link_.applies_relocs()) return !(raw.type & N_PEXT);
    return is_exported(link_, file_.globals[index - file_.first_global]);
  }

  bool is_mine(uint32_t index) const {
    const Claim claim = link_.symbols.claim(file_.globals[index - file_.first_global]);
    return claim.file() == file_.id && claim.raw_symbol() == index && claim.is_definition();
  }

  void add(std::string_view name, AtomId atom, uint64_t offset, bool is_visible) {
    const auto placed = [&](uint8_t type, std::string_view text) {
      OutputSymbol symbol = entry(type, text);
      symbol.atom = atom;
      symbol.value = offset;
      map_.push_back(symbol);
    };
    if (!link_.atom(atom).has(atom_flag::kExecutable)) {
      if (is_visible) {
        map_.push_back(entry(N_GSYM, name));
      } else {
        placed(N_STSYM, name);
      }
      return;
    }
    placed(N_FUN, name);
    map_.back().has_size = true;
  }

  std::string source_name() const {
    std::string source = source_of(file_);
    return source.empty() ? file_.display_name() : source;
  }

  // As a debugger finds it from anywhere: "/dir/main.o", "/dir/libx.a(member.o)".
  std::string object_path() const {
    std::error_code error;
    std::string path = std::filesystem::absolute(file_.path, error).lexically_normal().string();
    if (error) path = file_.path;
    if (path.starts_with(prefix_)) path.erase(0, prefix_.size());
    return file_.member.empty() ? path : path + "(" + file_.member + ")";
  }

  const Link& link_;
  const InputFile& file_;
  const MachoObject& object_;
  const std::string_view prefix_;
  OutputSymbols map_;
};

// An object that -r made has the map of those it was made of. What is gone leaves it.
class DebugMapCopier {
 public:
  DebugMapCopier(const Link& link, const InputFile& file) : link_(link), file_(file), object_(object_of(file)) {}

  OutputSymbols copy() {
    for (uint32_t i = 0; i < file_.first_global; i++) {
      const RawSymbol raw = raw_symbol(link_, object_, i);
      if (is_stab(raw)) take(raw);
    }
    return std::move(map_);
  }

 private:
  void take(const RawSymbol& raw) {
    OutputSymbol symbol;
    symbol.name = symbol_name(object_, raw);
    symbol.type = raw.type;
    symbol.section = raw.sect;
    symbol.desc = raw.desc;
    symbol.value = raw.value;
    const bool has_place = raw.type == N_BNSYM || raw.type == N_ENSYM || raw.type == N_STSYM ||
                           (raw.type == N_FUN && !symbol.name.empty());
    if (has_place && !place(raw, symbol)) {
      is_gone_ = raw.type != N_ENSYM && raw.type != N_STSYM;
      return;
    }
    const bool is_size = raw.type == N_FUN && symbol.name.empty();
    if (is_size && is_gone_) return;
    if (!is_size) is_gone_ = false;
    map_.push_back(symbol);
  }

  bool place(const RawSymbol& raw, OutputSymbol& symbol) const {
    if (raw.sect == 0 || raw.sect > object_.sections.size()) return false;
    const Subsection* piece = subsection_at(object_, raw.sect - 1u, raw.value);
    if (!piece || !piece->atom.is_valid() || !link_.is_live[piece->atom.value]) return false;
    if (link_.atom(piece->atom).has(atom_flag::kFolded | atom_flag::kUnwind)) return false;
    symbol.atom = piece->atom;
    symbol.value = raw.value - piece->address;
    return true;
  }

  const Link& link_;
  const InputFile& file_;
  const MachoObject& object_;
  OutputSymbols map_;
  bool is_gone_ = false;  // the function the next entries are about
};

bool has_debug_map(const Link& link, const InputFile& file) {
  return file.first_global != 0 && object_of(file).symbol_count != 0 && is_stab(raw_symbol(link, object_of(file), 0));
}

}  // namespace

std::string debug_map_prefix(const Link& link) {
  const std::string& given = link.options().darwin.path_prefix;
  if (given.empty()) return {};
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(given, error);
  if (error) return given;
  return real.string() + (given == "." || given.ends_with('/') ? "/" : "");
}

OutputSymbols make_debug_map(const Link& link, const InputFile& file, std::string_view prefix) {
  if (has_debug_map(link, file)) return DebugMapCopier(link, file).copy();
  if (!has_debug_information(object_of(file))) return {};
  return DebugMapMaker(link, file, prefix).make();
}

}  // namespace xld::macho
