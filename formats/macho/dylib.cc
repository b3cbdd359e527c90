// Reading what a Mach-O library, or the program that loads a bundle, offers. <mach-o/loader.h>.
//
// Exports come from the export trie (LC_DYLD_INFO, LC_DYLD_EXPORTS_TRIE); older libraries and stubs without one have
// them in the symbol table only.
#include <fmt/core.h>
#include <optional>
#include <set>

#include "formats/macho/export_trie.h"
#include "formats/macho/library.h"
#include "formats/macho/macho.h"

namespace xld::macho {

namespace {

template <class M>
class LibraryReader {
 public:
  LibraryReader(Bytes bytes, Arena& arena) : bytes_(bytes), arena_(arena) {}

  Result<LibraryText> read() {
    const auto header = xld::read<typename M::Header>(bytes_, 0);
    if (!header || header->magic != M::kMagic) return Error{"is not a library for this CPU"};
    library_.is_host = header->filetype == MH_EXECUTE || header->filetype == MH_BUNDLE;
    library_.is_two_level = (header->flags & MH_TWOLEVEL) != 0;
    library_.may_be_dropped = (header->flags & MH_DEAD_STRIPPABLE_DYLIB) != 0;
    library_.is_extension_safe = (header->flags & MH_APP_EXTENSION_SAFE) != 0;
    // The header may promise more room than the file has, as long as every command is there.
    const Bytes commands = bytes_.subspan(sizeof(*header));
    const size_t size = std::min<size_t>(header->sizeofcmds, commands.size());
    if (auto error = read_commands(commands.first(size), header->ncmds)) return *error;
    if (auto error = trie_.empty() ? read_symbols() : read_trie()) return *error;
    return std::move(library_);
  }

 private:
  std::optional<Error> read_commands(Bytes commands, uint32_t count) {
    uint64_t offset = 0;
    for (uint32_t i = 0; i < count; i++) {
      const auto command = xld::read<LoadCommand>(commands, offset);
      if (!command || command->cmdsize < sizeof(LoadCommand) || !contains(commands, offset, command->cmdsize))
        return Error{fmt::format("load command {} extends past the load commands", i)};
      if (auto error = read_command(*command, commands.subspan(offset, command->cmdsize))) return error;
      offset += command->cmdsize;
    }
    return std::nullopt;
  }

  std::optional<Error> read_command(const LoadCommand& command, Bytes bytes) {
    switch (command.cmd) {
      case LC_ID_DYLIB:
        return read_identity(bytes);
      case LC_REEXPORT_DYLIB:
        if (const auto name = text_at<DylibCommand>(bytes)) library_.reexports.push_back(*name);
        return std::nullopt;
      case LC_LOAD_DYLIB:
      case LC_LOAD_WEAK_DYLIB:
        if (const auto name = text_at<DylibCommand>(bytes)) library_.needed.push_back(*name);
        return std::nullopt;
      case LC_RPATH:
        if (const auto path = text_at<DylinkerCommand>(bytes)) library_.runtime_paths.push_back(*path);
        return std::nullopt;
      case LC_SUB_FRAMEWORK:
        if (const auto name = text_at<DylinkerCommand>(bytes)) library_.parent_umbrella = *name;
        return std::nullopt;
      case LC_SUB_CLIENT:
        if (const auto name = text_at<DylinkerCommand>(bytes)) library_.allowable_clients.push_back(*name);
        return std::nullopt;
      case LC_BUILD_VERSION:
        if (const auto version = xld::read<BuildVersionCommand>(bytes, 0))
          note_version(version->platform, version->minos);
        return std::nullopt;
      case LC_VERSION_MIN_MACOSX:
      case LC_VERSION_MIN_IPHONEOS:
      case LC_VERSION_MIN_TVOS:
      case LC_VERSION_MIN_WATCHOS:
        if (const auto version = xld::read<VersionMinCommand>(bytes, 0))
          note_version(platform_of_command(command.cmd), version->version);
        return std::nullopt;
      case LC_DYLD_INFO:
      case LC_DYLD_INFO_ONLY:
        if (const auto info = xld::read<DyldInfoCommand>(bytes, 0))
          return take_trie(info->export_off, info->export_size);
        return Error{"LC_DYLD_INFO is too small"};
      case LC_DYLD_EXPORTS_TRIE:
        if (const auto data = xld::read<LinkEditDataCommand>(bytes, 0)) return take_trie(data->dataoff, data->datasize);
        return Error{"LC_DYLD_EXPORTS_TRIE is too small"};
      case LC_SYMTAB:
        symbol_table_ = xld::read<SymtabCommand>(bytes, 0);
        return std::nullopt;
      default:
        return std::nullopt;
    }
  }

  void note_version(uint32_t platform, uint32_t minimum_os) {
    // The version that is kept is that of the lowest platform, which is the one that is asked about.
    const uint32_t bit = platform_bit(platform);
    if (bit == 0) return;
    if (library_.platforms == 0 || bit < (library_.platforms & -library_.platforms)) library_.minimum_os = minimum_os;
    library_.platforms |= bit;
  }

  // The text of a command, whose offset follows its size.
  template <class Command>
  static std::optional<std::string_view> text_at(Bytes bytes) {
    const auto offset = xld::read<uint32_t>(bytes, sizeof(LoadCommand));
    if (!offset || *offset < sizeof(LoadCommand) + 4) return std::nullopt;
    return c_string_at(bytes, *offset);
  }

  std::optional<Error> read_identity(Bytes bytes) {
    const auto command = xld::read<DylibCommand>(bytes, 0);
    const auto name = text_at<DylibCommand>(bytes);
    if (!command || !name || name->empty()) return Error{"LC_ID_DYLIB has no name"};
    library_.install_name = *name;
    library_.current_version = command->current_version;
    library_.compatibility_version = command->compatibility_version;
    return std::nullopt;
  }

  std::optional<Error> take_trie(uint32_t offset, uint32_t size) {
    const auto trie = slice(bytes_, offset, size);
    if (!trie) return Error{"the export trie extends past the end of the file"};
    trie_ = *trie;
    return std::nullopt;
  }

  std::optional<Error> read_trie() {
    return read_export_trie(trie_, [&](std::string_view name, uint64_t flags) {
      const std::span<char> copy = arena_.allocate_array<char>(name.size());
      std::copy(name.begin(), name.end(), copy.begin());
      library_.symbols.push_back({{copy.data(), copy.size()},
                                  (flags & EXPORT_SYMBOL_FLAGS_WEAK_DEFINITION) != 0,
                                  (flags & EXPORT_SYMBOL_FLAGS_KIND_MASK) == EXPORT_SYMBOL_FLAGS_KIND_THREAD_LOCAL});
    });
  }

  std::optional<Error> read_symbols() {
    library_.knows_variables = false;
    if (!symbol_table_) return std::nullopt;
    using Symbol = typename M::Symbol;
    const auto symbols = slice(bytes_, symbol_table_->symoff, uint64_t{symbol_table_->nsyms} * sizeof(Symbol));
    const auto names = slice(bytes_, symbol_table_->stroff, symbol_table_->strsize);
    if (!symbols || !names) return Error{"the symbol table extends past the end of the file"};
    for (size_t i = 0; i < symbol_table_->nsyms; i++) {
      const auto symbol = load<Symbol>(symbols->data() + i * sizeof(Symbol));
      const bool is_export = (symbol.type & N_EXT) && !(symbol.type & (N_STAB | N_PEXT)) && (symbol.type & N_TYPE) != 0;
      const auto name = c_string_at(*names, symbol.strx);
      if (is_export && name && !name->empty()) library_.symbols.push_back({*name, (symbol.desc & N_WEAK_DEF) != 0});
    }
    return std::nullopt;
  }

  Bytes bytes_;
  Arena& arena_;
  LibraryText library_;
  Bytes trie_;
  std::optional<SymtabCommand> symbol_table_;
};

}  // namespace

Result<LibraryText> read_dynamic_library(Bytes bytes, Cpu cpu, Arena& arena) {
  if (cpu == Cpu::I386) return LibraryReader<Macho32>(bytes, arena).read();
  return LibraryReader<Macho64>(bytes, arena).read();
}

}  // namespace xld::macho
