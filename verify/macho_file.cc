// Decoding Mach-O. See macho_file.h.
#include "verify/macho_file.h"

#include <algorithm>
#include <fmt/core.h>

#include "verify/elf_file.h"

namespace xld::verify {

namespace {

struct Word32 {
  using Segment = MachO::segment_command;
  using Section = MachO::section;
  using Symbol = MachO::nlist;
};
struct Word64 {
  using Segment = MachO::segment_command_64;
  using Section = MachO::section_64;
  using Symbol = MachO::nlist_64;
};

std::string fixed_name(const char (&field)[16]) {
  return std::string(field, std::find(std::begin(field), std::end(field), '\0'));
}

// The places of the linkedit_data_commands in the order of __LINKEDIT.
struct DataCommand {
  uint32_t kind;
  const char* name;
  uint32_t rank, alignment;
};
constexpr DataCommand kDataCommands[] = {
    {MachO::LC_DYLD_CHAINED_FIXUPS, "chained fixups", 0, 8},
    {MachO::LC_DYLD_EXPORTS_TRIE, "export trie", 5, 8},
    {MachO::LC_SEGMENT_SPLIT_INFO, "segment split info", 7, 8},
    {MachO::LC_FUNCTION_STARTS, "function starts", 8, 8},
    {MachO::LC_DATA_IN_CODE, "data in code", 9, 8},
    {MachO::LC_DYLIB_CODE_SIGN_DRS, "code signing requirements", 10, 8},
    {MachO::LC_LINKER_OPTIMIZATION_HINT, "optimisation hints", 11, 8},
    {MachO::LC_CODE_SIGNATURE, "code signature", 20, 16},
};

class Reader {
 public:
  explicit Reader(Bytes bytes) { file_.bytes = bytes; }

  Result<MachoFile> read() {
    const auto magic = xld::read<uint32_t>(file_.bytes, 0);
    if (!magic || (*magic != MachO::MH_MAGIC && *magic != MachO::MH_MAGIC_64)) return Error{"not a Mach-O file"};
    file_.is_64 = *magic == MachO::MH_MAGIC_64;
    const auto header = xld::read<MachO::mach_header>(file_.bytes, 0);
    if (!header) return Error{"a Mach-O header that is cut off"};
    file_.cpu = header->cputype;
    file_.cpu_subtype = header->cpusubtype;
    file_.type = header->filetype;
    file_.flags = header->flags;
    file_.command_count = header->ncmds;
    file_.commands_size = header->sizeofcmds;
    read_commands();
    read_symbols();
    return std::move(file_);
  }

 private:
  template <class... Arguments>
  void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    file_.read_errors.push_back(fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  void read_commands() {
    uint64_t at = file_.is_64 ? sizeof(MachO::mach_header_64) : sizeof(MachO::mach_header);
    const uint64_t end = at + file_.commands_size;
    for (uint32_t i = 0; i < file_.command_count; i++) {
      const auto head = xld::read<MachO::load_command>(file_.bytes, at);
      const auto whole = head ? slice(file_.bytes, at, head->cmdsize) : std::nullopt;
      if (!whole || head->cmdsize < 8 || head->cmdsize > end - at) {
        return error("load command {} at {:#x} has no room or no size", i, at);
      }
      file_.commands.push_back({i, head->cmd, *whole});
      read_command(file_.commands.back());
      at += head->cmdsize;
    }
    if (at != end) error("the load commands end at {:#x}, sizeofcmds says {:#x}", at, end);
  }

  template <class T>
  std::optional<T> fixed(const MachoCommand& command) {
    const auto value = xld::read<T>(command.bytes, 0);
    if (!value) error("load command {} ({:#x}) is too short", command.index, command.kind);
    return value;
  }

  void read_command(const MachoCommand& command) {
    switch (command.kind) {
      case MachO::LC_SEGMENT:
        return file_.is_64 ? void() : read_segment<Word32>(command);
      case MachO::LC_SEGMENT_64:
        return file_.is_64 ? read_segment<Word64>(command) : void();
      case MachO::LC_SYMTAB:
        file_.symtab = fixed<MachO::symtab_command>(command);
        return;
      case MachO::LC_DYSYMTAB:
        file_.dysymtab = fixed<MachO::dysymtab_command>(command);
        return;
      case MachO::LC_DYLD_INFO:
      case MachO::LC_DYLD_INFO_ONLY:
        return read_dyld_info(command);
      case MachO::LC_LOAD_DYLIB:
      case MachO::LC_LOAD_WEAK_DYLIB:
      case MachO::LC_REEXPORT_DYLIB:
      case MachO::LC_LAZY_LOAD_DYLIB:
      case MachO::LC_LOAD_UPWARD_DYLIB:
        file_.libraries.push_back({command.kind, string_at(command, 8)});
        return;
      case MachO::LC_RPATH:
        file_.rpaths.push_back(string_at(command, 8));
        return;
      case MachO::LC_BUILD_VERSION:
        if (const auto v = fixed<MachO::build_version_command>(command)) {
          file_.minimum_os = v->minos, file_.sdk = v->sdk, file_.platform = v->platform;
        }
        return;
      case MachO::LC_VERSION_MIN_MACOSX:
        if (const auto v = fixed<MachO::version_min_command>(command)) {
          file_.minimum_os = v->version, file_.sdk = v->sdk, file_.platform = MachO::PLATFORM_MACOS;
        }
        return;
      default:
        return read_data_command(command);
    }
  }

  std::string string_at(const MachoCommand& command, uint64_t field) {
    const auto offset = xld::read<uint32_t>(command.bytes, field);
    const auto text = offset ? c_string_at(command.bytes, *offset) : std::nullopt;
    if (!text) error("load command {} ({:#x}): its name has no end", command.index, command.kind);
    return std::string(text.value_or(""));
  }

  void read_data_command(const MachoCommand& command) {
    for (const DataCommand& known : kDataCommands) {
      if (known.kind != command.kind) continue;
      const auto data = fixed<MachO::linkedit_data_command>(command);
      if (data) add_part(known.name, data->dataoff, data->datasize, known.rank, known.alignment);
    }
  }

  void add_part(const char* name, uint64_t offset, uint64_t size, uint32_t rank, uint32_t alignment) {
    if (size == 0) return;
    file_.parts.push_back({name, offset, size, rank, alignment == 8 ? file_.word() : alignment});
    if (!contains(file_.bytes, offset, size))
      error("{}: offset {:#x}, size {:#x}, outside the file", name, offset, size);
  }

  void read_dyld_info(const MachoCommand& command) {
    file_.dyld_info = fixed<MachO::dyld_info_command>(command);
    if (!file_.dyld_info) return;
    const auto& info = *file_.dyld_info;
    add_part("rebase opcodes", info.rebase_off, info.rebase_size, 1, 8);
    add_part("bind opcodes", info.bind_off, info.bind_size, 2, 8);
    add_part("weak bind opcodes", info.weak_bind_off, info.weak_bind_size, 3, 8);
    add_part("lazy bind opcodes", info.lazy_bind_off, info.lazy_bind_size, 4, 8);
    add_part("export trie", info.export_off, info.export_size, 5, 8);
  }

  template <class Word>
  void read_segment(const MachoCommand& command) {
    const auto raw = fixed<typename Word::Segment>(command);
    if (!raw) return;
    file_.segments.push_back({fixed_name(raw->segname), raw->vmaddr, raw->vmsize, raw->fileoff, raw->filesize,
                              raw->maxprot, raw->initprot, raw->flags, file_.sections.size(), 0});
    MachoSegment& segment = file_.segments.back();
    if (!contains(file_.bytes, segment.offset, segment.file_size)) error("{}: outside the file", describe(segment));
    for (uint32_t i = 0; i < raw->nsects; i++) {
      const auto at = sizeof(typename Word::Segment) + uint64_t{i} * sizeof(typename Word::Section);
      const auto s = xld::read<typename Word::Section>(command.bytes, at);
      if (!s) return error("{}: no room for its {} sections", describe(segment), raw->nsects);
      const auto index = static_cast<uint32_t>(file_.sections.size() + 1);
      file_.sections.push_back({index,
                                fixed_name(s->segname),
                                fixed_name(s->sectname),
                                s->addr,
                                s->size,
                                s->offset,
                                s->align,
                                s->reloff,
                                s->nreloc,
                                s->flags,
                                s->reserved1,
                                s->reserved2,
                                {}});
      segment.section_count++;
      MachoSection& section = file_.sections.back();
      if (section.is_zero_fill() || section.size == 0) continue;
      const auto contents = slice(file_.bytes, section.offset, section.size);
      if (!contents) error("{}: outside the file", describe(section));
      section.contents = contents.value_or(Bytes{});
    }
  }

  void read_symbols() {
    if (file_.symtab) file_.is_64 ? read_symbol_table<Word64>() : read_symbol_table<Word32>();
    if (!file_.dysymtab) return;
    const auto& table = *file_.dysymtab;
    add_part("local relocations", table.locreloff, uint64_t{table.nlocrel} * 8, 6, 8);
    add_part("external relocations", table.extreloff, uint64_t{table.nextrel} * 8, 13, 8);
    add_part("indirect symbols", table.indirectsymoff, uint64_t{table.nindirectsyms} * 4, 14, 4);
    const auto bytes = slice(file_.bytes, table.indirectsymoff, uint64_t{table.nindirectsyms} * 4);
    if (!bytes) return;
    for (uint32_t i = 0; i < table.nindirectsyms; i++) file_.indirect.push_back(load<uint32_t>(bytes->data() + i * 4));
  }

  template <class Word>
  void read_symbol_table() {
    using Raw = typename Word::Symbol;
    const auto& table = *file_.symtab;
    add_part("symbol table", table.symoff, uint64_t{table.nsyms} * sizeof(Raw), 12, 8);
    add_part("string table", table.stroff, table.strsize, 15, 1);
    const auto strings = slice(file_.bytes, table.stroff, table.strsize);
    const auto bytes = slice(file_.bytes, table.symoff, uint64_t{table.nsyms} * sizeof(Raw));
    if (!bytes || !strings) return;
    for (uint32_t i = 0; i < table.nsyms; i++) {
      const auto raw = load<Raw>(bytes->data() + i * sizeof(Raw));
      file_.symbols.push_back(
          {c_string_at(*strings, raw.n_strx), raw.n_type, raw.n_sect, static_cast<uint16_t>(raw.n_desc), raw.n_value});
    }
  }

  MachoFile file_;
};

}  // namespace

const MachoCommand* MachoFile::find_command(uint32_t kind) const {
  for (const MachoCommand& command : commands) {
    if (command.kind == kind) return &command;
  }
  return nullptr;
}

Bytes MachoFile::linkedit_data(uint32_t kind) const {
  const MachoCommand* command = find_command(kind);
  const auto data = command ? read<MachO::linkedit_data_command>(command->bytes, 0) : std::nullopt;
  return data ? slice(bytes, data->dataoff, data->datasize).value_or(Bytes{}) : Bytes{};
}

const MachoSegment* MachoFile::find_segment(std::string_view name) const {
  for (const MachoSegment& s : segments) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

const MachoSegment* MachoFile::header_segment() const {
  for (const MachoSegment& s : segments) {
    if (s.offset == 0 && s.file_size != 0) return &s;
  }
  return nullptr;
}

const MachoSegment* MachoFile::segment_at(uint64_t address, uint64_t size) const {
  for (const MachoSegment& s : segments) {
    if (is_inside(address, size, s.address, s.memory_size)) return &s;
  }
  return nullptr;
}

const MachoSection* MachoFile::find_section(std::string_view segment, std::string_view name) const {
  for (const MachoSection& s : sections) {
    if (s.segment == segment && s.name == name) return &s;
  }
  return nullptr;
}

const MachoSection* MachoFile::section_at(uint64_t address) const {
  for (const MachoSection& s : sections) {
    if (is_inside(address, 1, s.address, s.size)) return &s;
  }
  return nullptr;
}

std::optional<Bytes> MachoFile::bytes_at(uint64_t address, uint64_t size) const {
  const MachoSegment* s = segment_at(address, size);
  if (!s || !is_inside(address - s->address, size, 0, s->file_size)) return std::nullopt;
  return slice(bytes, s->offset + (address - s->address), size);
}

std::optional<uint64_t> MachoFile::word_at(uint64_t address) const {
  const auto place = bytes_at(address, word());
  if (!place) return std::nullopt;
  return is_64 ? load<uint64_t>(place->data()) : load<uint32_t>(place->data());
}

std::string describe(const MachoSegment& segment) {
  return fmt::format("segment {}", segment.name);
}

std::string describe(const MachoSection& section) {
  return fmt::format("section {},{}", section.segment, section.name);
}

std::string describe(const MachoSymbol& symbol, size_t index) {
  return fmt::format("symbol [{}] {}", index, symbol.name.value_or("(no name)"));
}

Result<MachoFile> read_macho(Bytes bytes) {
  Result<MachoFile> file = Reader(bytes).read();
  if (file && !file->is_object()) file->fixups = collect_fixups(*file, file->fixup_errors);
  return file;
}

uint8_t LebReader::byte() {
  if (at_end()) {
    failed_ = true;
    return 0;
  }
  return bytes_[at_++];
}

uint64_t LebReader::uleb() {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const uint8_t next = byte();
    if (shift > 63) failed_ = true;
    if (failed_) return 0;
    value |= uint64_t{next & 0x7fU} << shift;
    if ((next & 0x80) == 0) return value;
  }
}

int64_t LebReader::sleb() {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const uint8_t next = byte();
    if (shift > 63) failed_ = true;
    if (failed_) return 0;
    value |= uint64_t{next & 0x7fU} << shift;
    if ((next & 0x80) != 0) continue;
    if ((next & 0x40) != 0 && shift + 7 < 64) value |= ~uint64_t{0} << (shift + 7);
    return static_cast<int64_t>(value);
  }
}

std::string_view LebReader::string() {
  const auto text = failed_ ? std::nullopt : c_string_at(bytes_, at_);
  if (!text) {
    failed_ = true;
    return {};
  }
  at_ += text->size() + 1;
  return *text;
}

}  // namespace xld::verify
