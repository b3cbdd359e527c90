// Reading load commands. See file.h.
#include "tests/macho_run/file.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

std::string fixed_name(const char (&field)[16]) {
  return std::string(field, strnlen(field, sizeof(field)));
}

// Reads the commands of one file.
class Reader {
 public:
  explicit Reader(MachoFile& file) : file_(file) {}

  void read() {
    const auto header = get<Header>(0, "the Mach-O header");
    if (header.magic != kMagic) fail("%s: not a Mach-O file for %s: magic number %#x", path(), kCpuName, header.magic);
    if (header.cpu_type != kCpuType) fail("%s: CPU type %#x, this loader runs %s", path(), header.cpu_type, kCpuName);
    if (header.file_type != kExecute && header.file_type != kDylib && header.file_type != kBundle) {
      fail("%s: file type %u is no executable, dylib or bundle", path(), header.file_type);
    }
    file_.file_type = header.file_type;
    file_.flags = header.flags;
    read_commands(header);
    check_segments();
    read_symbols();
    check_fixups();
  }

 private:
  const char* path() const { return file_.path.c_str(); }

  template <class T>
  T get(uint64_t offset, const char* what) const {
    const auto value = xld::read<T>(file_.bytes, offset);
    if (!value) fail("%s: %s at %#llx is outside the file", path(), what, static_cast<unsigned long long>(offset));
    return *value;
  }

  Bytes table(uint64_t offset, uint64_t size, const char* what) const {
    if (size == 0) return {};
    const auto bytes = xld::slice(file_.bytes, offset, size);
    if (!bytes) {
      fail("%s: %s, offset %#llx, size %#llx, is outside the file", path(), what,
           static_cast<unsigned long long>(offset), static_cast<unsigned long long>(size));
    }
    return *bytes;
  }

  void read_commands(const Header& header) {
    const uint64_t end = kHeaderSize + uint64_t{header.commands_size};
    table(kHeaderSize, header.commands_size, "the load commands");
    uint64_t at = kHeaderSize;
    for (uint32_t i = 0; i < header.command_count; i++) {
      const auto command = get<uint32_t>(at, "a load command"), size = get<uint32_t>(at + 4, "a load command");
      if (size < 8 || size % sizeof(Word) != 0 || size > end - at) {
        fail("%s: load command %u (%#x) at %#llx has size %#x", path(), i, command, static_cast<unsigned long long>(at),
             size);
      }
      command_ = file_.bytes.subspan(at, size);
      read_command(command);
      at += size;
    }
    if (at != end)
      fail("%s: the load commands end at %#llx, not at sizeofcmds", path(), static_cast<unsigned long long>(at));
  }

  // The command itself, whose fixed part must be there.
  template <class T>
  T fixed() const {
    const auto value = xld::read<T>(command_, 0);
    if (!value) fail("%s: load command %#x is cut off", path(), xld::load<uint32_t>(command_.data()));
    return *value;
  }

  std::string string_at(uint32_t field) const {
    const auto offset = xld::read<uint32_t>(command_, field);
    const auto text = offset ? xld::c_string_at(command_, *offset) : std::nullopt;
    if (!text) fail("%s: the name in load command %#x has no end", path(), xld::load<uint32_t>(command_.data()));
    return std::string(*text);
  }

  void read_command(uint32_t command) {
    switch (command) {
      case kSegment32:
      case kSegment64:
        return read_segment(command);
      case kSymtab:
        symtab_ = fixed<SymtabCommand>();
        return;
      case kDysymtab:
        dysymtab_ = fixed<DysymtabCommand>();
        return;
      case kUnixThread:
        return read_thread();
      case kMain:
        file_.main_offset = fixed<MainCommand>().entry_offset;
        return;
      case kLoadDylib:
      case kLazyLoadDylib:
      case kLoadUpwardDylib:
        file_.libraries.push_back({string_at(8), false, false});
        return;
      case kLoadWeakDylib:
        file_.libraries.push_back({string_at(8), true, false});
        return;
      case kReexportDylib:
        file_.libraries.push_back({string_at(8), false, true});
        return;
      case kIdDylib:
        file_.install_name = string_at(8);
        return;
      case kRpath:
        file_.rpaths.push_back(string_at(8));
        return;
      case kLoadDylinker:
        file_.needs_dyld = true;
        return;
      case kRoutines32:
      case kRoutines64:
        return read_routines(command);
      case kDyldInfo:
      case kDyldInfoOnly:
        return read_dyld_info();
      case kExportsTrie:
        file_.exports = linkedit("the export trie");
        return;
      case kChainedFixups:
        file_.chained_fixups = linkedit("the chained fixups");
        file_.has_chained_fixups = true;
        return;
      default:
        if (command & kRequired) fail("%s: load command %#x must be understood, and is not", path(), command);
    }
  }

  Bytes linkedit(const char* what) const {
    const auto data = fixed<LinkeditCommand>();
    return table(data.offset, data.data_size, what);
  }

  void read_segment(uint32_t command) {
    if (command != kSegmentCommand) fail("%s: a segment command of the other word size", path());
    const auto raw = fixed<SegmentCommand>();
    Segment segment{fixed_name(raw.name),
                    raw.address,
                    raw.memory_size,
                    raw.file_offset,
                    raw.file_size,
                    raw.initial_protection,
                    raw.flags,
                    {}};
    table(raw.file_offset, raw.file_size, segment.name.c_str());
    if (raw.address + raw.memory_size < raw.address) fail("%s: segment %s wraps around", path(), segment.name.c_str());
    for (uint32_t i = 0; i < raw.section_count; i++) {
      const auto header = xld::read<SectionHeader>(command_, sizeof(SegmentCommand) + uint64_t{i} * kSectionSize);
      if (!header) fail("%s: segment %s has no room for %u sections", path(), segment.name.c_str(), raw.section_count);
      segment.sections.push_back({fixed_name(header->segment), fixed_name(header->name), header->address, header->size,
                                  header->alignment, header->flags, header->reserved1, header->reserved2});
      const Section& section = segment.sections.back();
      if (segment.memory_size != 0 && !segment.contains(section.address, section.size)) {
        fail("%s: section %s,%s is outside its segment", path(), section.segment.c_str(), section.name.c_str());
      }
    }
    file_.segments.push_back(std::move(segment));
  }

  // Of the registers of LC_UNIXTHREAD only program counter and stack pointer matter; the kernel zeroes the others.
  void read_thread() {
#if defined(__x86_64__)
    constexpr uint32_t kFlavour = 4, kCount = 42, kProgramCounter = 16, kStackPointer = 7;
#elif defined(__i386__)
    constexpr uint32_t kFlavour = 1, kCount = 16, kProgramCounter = 10, kStackPointer = 7;
#else
    constexpr uint32_t kFlavour = 6, kCount = 68, kProgramCounter = 32, kStackPointer = 31;
#endif
    const auto flavour = xld::read<uint32_t>(command_, 8), count = xld::read<uint32_t>(command_, 12);
    if (!flavour || !count || *flavour != kFlavour || *count != kCount || command_.size() < 16 + 4 * kCount) {
      fail("%s: LC_UNIXTHREAD is not the thread state of %s", path(), kCpuName);
    }
    file_.thread_entry = xld::load<Word>(command_.data() + 16 + kProgramCounter * sizeof(Word));
    file_.thread_stack = xld::load<Word>(command_.data() + 16 + kStackPointer * sizeof(Word));
  }

  void read_routines(uint32_t command) {
    const auto address = xld::read<Word>(command_, 8);
    if (command != kRoutinesCommand || !address) fail("%s: LC_ROUTINES of the other word size", path());
    file_.initialiser = *address;
  }

  void read_dyld_info() {
    const auto info = fixed<DyldInfoCommand>();
    file_.rebase = table(info.rebase, info.rebase_size, "the rebase opcodes");
    file_.bind = table(info.bind, info.bind_size, "the bind opcodes");
    file_.weak_bind = table(info.weak_bind, info.weak_bind_size, "the weak bind opcodes");
    file_.lazy_bind = table(info.lazy_bind, info.lazy_bind_size, "the lazy bind opcodes");
    file_.exports = table(info.exports, info.exports_size, "the export trie");
    file_.has_dyld_info = true;
  }

  void check_segments() const {
    if (file_.segments.empty()) fail("%s: no segments", path());
    for (const Segment& s : file_.segments) {
      if (s.memory_size == 0) continue;
      if (s.file_size > s.memory_size) fail("%s: segment %s has more file than memory", path(), s.name.c_str());
      if (s.address % 0x1000 != 0 || (s.file_size != 0 && s.file_offset % 0x1000 != 0)) {
        fail("%s: segment %s is not page aligned", path(), s.name.c_str());
      }
      for (const Segment& other : file_.segments) {
        const bool overlap = &other != &s && other.memory_size != 0 && other.address < s.address + s.memory_size &&
                             s.address < other.address + other.memory_size;
        if (overlap) fail("%s: segments %s and %s overlap", path(), s.name.c_str(), other.name.c_str());
      }
    }
    const bool has_entry = file_.main_offset || file_.thread_entry;
    if (file_.file_type == kExecute && !has_entry) fail("%s: neither LC_MAIN nor LC_UNIXTHREAD", path());
    if ((file_.file_type == kDylib) != !file_.install_name.empty()) {
      fail("%s: LC_ID_DYLIB belongs into dylibs, and only there", path());
    }
    const auto is_header = [](const Segment& s) { return s.file_offset == 0 && s.file_size != 0; };
    if (std::count_if(file_.segments.begin(), file_.segments.end(), is_header) != 1) {
      fail("%s: not exactly one segment holds the header", path());
    }
  }

  void read_symbols() {
    const Bytes strings = table(symtab_.strings, symtab_.strings_size, "the string table");
    const Bytes symbols = table(symtab_.symbols, uint64_t{symtab_.symbol_count} * kSymbolSize, "the symbol table");
    for (uint32_t i = 0; i < symtab_.symbol_count; i++) {
      const uint8_t* at = symbols.data() + i * kSymbolSize;
      const auto name = xld::c_string_at(strings, xld::load<uint32_t>(at));
      file_.symbols.push_back({name.value_or(""), at[4], xld::load<uint16_t>(at + 6), xld::load<Word>(at + 8)});
    }
    const Bytes indirect = table(dysymtab_.indirect, uint64_t{dysymtab_.indirect_count} * 4, "the indirect symbols");
    for (uint32_t i = 0; i < dysymtab_.indirect_count; i++) {
      file_.indirect_symbols.push_back(xld::load<uint32_t>(indirect.data() + i * 4));
    }
    file_.external_relocations = table(dysymtab_.external_relocations,
                                       uint64_t{dysymtab_.external_relocation_count} * 8, "the external relocations");
    file_.local_relocations =
        table(dysymtab_.local_relocations, uint64_t{dysymtab_.local_relocation_count} * 8, "the local relocations");
  }

  void check_fixups() const {
    if (file_.has_dyld_info && file_.has_chained_fixups) fail("%s: both dyld info and chained fixups", path());
    const bool has_relocations = !file_.external_relocations.empty() || !file_.local_relocations.empty();
    if (!file_.is_classic() && has_relocations) fail("%s: relocations beside newer fixups", path());
  }

  static constexpr size_t kSymbolSize = kIs64 ? 16 : 12;

  MachoFile& file_;
  Bytes command_;
  SymtabCommand symtab_{};
  DysymtabCommand dysymtab_{};
};

// The slice of this CPU in a fat file; the whole file if it is thin.
Bytes select_slice(const MachoFile& file) {
  const Bytes all = file.contents;
  if (all.size() < 8) fail("%s: too short", file.path.c_str());
  const auto magic = xld::load_big<uint32_t>(all.data());
  if (magic != kFatMagic && magic != kFatMagic64) return all;
  const bool is_wide = magic == kFatMagic64;
  const uint64_t entry_size = is_wide ? 32 : 20;
  const auto count = xld::load_big<uint32_t>(all.data() + 4);
  for (uint64_t i = 0; i < count; i++) {
    const auto entry = xld::slice(all, 8 + i * entry_size, entry_size);
    if (!entry) break;
    if (xld::load_big<uint32_t>(entry->data()) != kCpuType) continue;
    const uint8_t* place = entry->data() + 8;
    const uint64_t offset = is_wide ? xld::load_big<uint64_t>(place) : xld::load_big<uint32_t>(place);
    const uint64_t size = is_wide ? xld::load_big<uint64_t>(place + 8) : xld::load_big<uint32_t>(place + 4);
    const auto slice = xld::slice(all, offset, size);
    if (!slice) fail("%s: the slice of %s is outside the file", file.path.c_str(), kCpuName);
    return *slice;
  }
  fail("%s: a fat file without %s", file.path.c_str(), kCpuName);
}

}  // namespace

int Symbol::ordinal() const {
  const int value = description >> 8;
  if (value == 255) return kMainExecutable;  // EXECUTABLE_ORDINAL
  if (value == 254) return kFlat;            // DYNAMIC_LOOKUP_ORDINAL
  return value;
}

const Segment* MachoFile::segment_at(Word address, Word size) const {
  for (const Segment& s : segments) {
    if (s.contains(address, size)) return &s;
  }
  return nullptr;
}

const Segment* MachoFile::find_segment(std::string_view name) const {
  for (const Segment& s : segments) {
    if (s.name == name) return &s;
  }
  return nullptr;
}

const Section* MachoFile::find_section(std::string_view segment, std::string_view name) const {
  for (const Segment& s : segments) {
    for (const Section& section : s.sections) {
      if (section.segment == segment && section.name == name) return &section;
    }
  }
  return nullptr;
}

namespace {

bool is_mapped(const Segment& s) {
  return s.memory_size != 0 && (s.initial_protection != 0 || s.file_size != 0);
}

}  // namespace

Word MachoFile::lowest_address() const {
  Word lowest = ~Word{0};
  for (const Segment& s : segments) {
    if (is_mapped(s)) lowest = std::min(lowest, s.address);
  }
  return lowest;
}

Word MachoFile::highest_address() const {
  Word highest = 0;
  for (const Segment& s : segments) {
    if (is_mapped(s)) highest = std::max(highest, s.address + s.memory_size);
  }
  return highest;
}

Word MachoFile::header_address() const {
  for (const Segment& s : segments) {
    if (s.file_offset == 0 && s.file_size != 0) return s.address;
  }
  return lowest_address();
}

MachoFile read_macho_file(const std::string& path) {
  MachoFile file;
  file.path = path;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) fail("%s: cannot be opened", path.c_str());
  file.contents.assign(std::istreambuf_iterator<char>(stream), {});
  file.bytes = select_slice(file);
  Reader(file).read();
  return file;
}

}  // namespace macho_run
