// See load_commands.h. <mach-o/loader.h>; the order of the commands is that of Apple's linkers, which other tools
// expect.
//
// What is written depends on the oldest system the output is for: LC_BUILD_VERSION from 10.14 on (before,
// LC_VERSION_MIN_MACOSX), LC_MAIN from 10.8 on (before, and without a loader, LC_UNIXTHREAD).
#include "formats/macho/load_commands.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "formats/macho/fixups.h"
#include "formats/macho/macho.h"
#include "formats/macho/section_names.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"

namespace xld::macho {

namespace {

constexpr uint32_t version(uint32_t major, uint32_t minor) {
  return major << 16 | minor << 8;
}
constexpr uint32_t kFirstWithMain = version(10, 8);
constexpr uint32_t kFirstWithBuildVersion = version(10, 14);
constexpr uint64_t kHeaderPad = 32;  // for tools that add a command later

constexpr std::string_view kLoader = "/usr/lib/dyld";
// Every program that dyld starts needs it: dyld calls it to begin and to end the program.
constexpr std::string_view kSystemLibrary = "/usr/lib/libSystem.B.dylib";

template <class M>
class CommandWriter {
 public:
  explicit CommandWriter(const Link& link) : link_(link), state_(state_of(link)) {}

  std::vector<uint8_t> build() {
    bytes_.resize(sizeof(typename M::Header));
    add_segments();
    if (has_loader(link_)) add_fixups();
    add_symbol_tables();
    if (has_loader(link_)) add_text(DylinkerCommand{LC_LOAD_DYLINKER, 0, sizeof(DylinkerCommand)}, kLoader);
    uuid_offset_ = bytes_.size() + offsetof(UuidCommand, uuid);
    add(UuidCommand{LC_UUID, sizeof(UuidCommand), {}});
    add_versions();
    add_start();
    if (has_loader(link_))
      add_text(DylibCommand{LC_LOAD_DYLIB, 0, sizeof(DylibCommand), 2, version(1, 0), version(1, 0)}, kSystemLibrary);
    add_header();
    return std::move(bytes_);
  }

  uint64_t uuid_offset() const { return uuid_offset_; }

 private:
  using Word = typename M::Word;

  template <class Command>
  void add(const Command& command) {
    add_bytes(&command, sizeof(command));
    command_count_++;
  }

  void add_bytes(const void* data, size_t size) {
    const auto* begin = static_cast<const uint8_t*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }

  // A command with a text behind it, padded to whole words.
  template <class Command>
  void add_text(Command command, std::string_view text) {
    const uint64_t size = align_up(sizeof(command) + text.size() + 1, M::kWordSize);
    command.cmdsize = static_cast<uint32_t>(size);
    add(command);
    add_bytes(text.data(), text.size());
    bytes_.resize(bytes_.size() + size - sizeof(command) - text.size());
  }

  void add_header() {
    typename M::Header header{};
    header.magic = M::kMagic;
    header.cputype = M::kWordSize == 8 ? CPU_TYPE_X86_64 : CPU_TYPE_I386;
    header.cpusubtype = CPU_SUBTYPE_X86_ALL;
    header.filetype = MH_EXECUTE;
    header.ncmds = command_count_;
    header.sizeofcmds = static_cast<uint32_t>(bytes_.size() - sizeof(header));
    header.flags = MH_NOUNDEFS;
    if (has_loader(link_)) header.flags |= MH_DYLDLINK | MH_TWOLEVEL;
    if (is_position_independent(link_.target().output)) header.flags |= MH_PIE;
    std::memcpy(bytes_.data(), &header, sizeof(header));
  }

  // ---- segments and sections
  // -------------------------------------------------------------------------------------------

  static void set_name(char* field, std::string_view name) {
    std::copy_n(name.data(), std::min(name.size(), kNameSize), field);
  }

  void add_segments() {
    if (first_segment_number(link_) != 0) {
      auto zero = segment_command("__PAGEZERO", 0, 0);
      zero.vmsize = static_cast<Word>(link_.layout.plan.base_address);
      add(zero);
    }
    for (const Segment& segment : link_.layout.segments) add_segment(segment);
  }

  static typename M::Segment segment_command(std::string_view name, uint32_t section_count, uint32_t protection) {
    typename M::Segment command{};
    command.cmd = M::kSegmentCommand;
    command.cmdsize = static_cast<uint32_t>(sizeof(command) + section_count * sizeof(typename M::Section));
    set_name(command.segname, name);
    command.nsects = section_count;
    command.maxprot = command.initprot = protection;
    return command;
  }

  void add_segment(const Segment& segment) {
    const std::vector<OutputSection>& sections = link_.layout.sections;
    const std::string_view name = segment_of(sections[segment.first].name);
    const auto has_header = [](const OutputSection& section) { return section.header_index != 0; };
    const auto count = std::count_if(sections.begin() + segment.first, sections.begin() + segment.last, has_header);
    auto command = segment_command(name, static_cast<uint32_t>(count), segment.flags);
    const uint64_t page = link_.layout.plan.page_size;
    command.vmaddr = static_cast<Word>(segment.address);
    command.vmsize = static_cast<Word>(align_up(segment.memory_size, page));
    command.fileoff = static_cast<Word>(segment.file_offset);
    // The file goes on with zeros to the next page; nothing follows __LINKEDIT.
    command.filesize = static_cast<Word>(name == kLinkEdit ? segment.file_size : align_up(segment.file_size, page));
    add(command);
    for (uint32_t i = segment.first; i < segment.last; i++)
      if (has_header(sections[i])) add_section(sections[i]);
  }

  void add_section(const OutputSection& section) {
    typename M::Section command{};
    set_name(command.sectname, section_of(section.name));
    set_name(command.segname, segment_of(section.name));
    command.addr = static_cast<Word>(section.address);
    command.size = static_cast<Word>(section.size);
    command.offset = section.is_zero_fill ? 0 : static_cast<uint32_t>(section.file_offset);
    command.align = static_cast<uint32_t>(std::countr_zero(section.alignment));
    command.flags = section.type | static_cast<uint32_t>(section.flags);
    add_bytes(&command, sizeof(command));
  }

  // ---- tables in __LINKEDIT
  // --------------------------------------------------------------------------------------------

  uint32_t file_offset(const Chunk* chunk) const {
    if (!chunk || chunk->size() == 0) return 0;
    const Segment& segment = link_.layout.segments.back();
    return static_cast<uint32_t>(segment.file_offset + (chunk->address - segment.address));
  }

  static uint32_t size_of_chunk(const Chunk* chunk) { return chunk ? static_cast<uint32_t>(chunk->size()) : 0; }

  void add_fixups() {
    DyldInfoCommand command{};
    command.cmd = LC_DYLD_INFO_ONLY;
    command.cmdsize = sizeof(command);
    command.rebase_off = file_offset(state_.rebase);
    command.rebase_size = size_of_chunk(state_.rebase);
    add(command);
  }

  void add_symbol_tables() {
    const SymbolTableChunk& table = *state_.symbol_table;
    add(SymtabCommand{LC_SYMTAB, sizeof(SymtabCommand), file_offset(&table), table.count(),
                      file_offset(state_.symbol_names), size_of_chunk(state_.symbol_names)});
    DysymtabCommand command{};
    command.cmd = LC_DYSYMTAB;
    command.cmdsize = sizeof(command);
    command.nlocalsym = table.local_count();
    command.iextdefsym = table.local_count();
    command.nextdefsym = table.defined_count();
    command.iundefsym = table.local_count() + table.defined_count();
    command.nundefsym = table.undefined_count();
    command.indirectsymoff = file_offset(state_.indirect_symbols);
    command.nindirectsyms = state_.indirect_symbols ? state_.indirect_symbols->count() : 0;
    add(command);
  }

  // ---- the system, and the start
  // ---------------------------------------------------------------------------------------

  void add_versions() {
    if (state_.platform == 0) return;
    if (state_.platform != kPlatformMacos || state_.minimum_os >= kFirstWithBuildVersion) {
      add(BuildVersionCommand{LC_BUILD_VERSION, sizeof(BuildVersionCommand), state_.platform, state_.minimum_os,
                              state_.sdk, 0});
    } else {
      add(VersionMinCommand{LC_VERSION_MIN_MACOSX, sizeof(VersionMinCommand), state_.minimum_os, state_.sdk});
    }
    if (state_.minimum_os >= kFirstWithMain)
      add(SourceVersionCommand{LC_SOURCE_VERSION, sizeof(SourceVersionCommand), 0});
  }

  void add_start() {
    const bool is_old = state_.platform == kPlatformMacos && state_.minimum_os < kFirstWithMain;
    if (has_loader(link_) && !is_old) {
      const uint64_t start = link_.entry_address - link_.layout.plan.base_address;
      add(EntryPointCommand{LC_MAIN, sizeof(EntryPointCommand), start, link_.options().stack_size});
      return;
    }
    // The registers a thread begins with: all zero but the instruction pointer, rip or eip.
    constexpr bool kIs64 = M::kWordSize == 8;
    constexpr uint32_t kRegisters = kIs64 ? 21 : 16, kInstructionPointer = kIs64 ? 16 : 10;
    Word state[kRegisters] = {};
    state[kInstructionPointer] = static_cast<Word>(link_.entry_address);
    add(ThreadCommand{LC_UNIXTHREAD, sizeof(ThreadCommand) + sizeof(state),
                      kIs64 ? x86_THREAD_STATE64 : x86_THREAD_STATE32, sizeof(state) / 4});
    add_bytes(state, sizeof(state));
  }

  const Link& link_;
  const MachoState& state_;
  std::vector<uint8_t> bytes_;
  uint32_t command_count_ = 0;
  uint64_t uuid_offset_ = 0;
};

template <class Use>
auto with_writer(const Link& link, Use use) {
  if (link.target().word_size == 8) return use(CommandWriter<Macho64>(link));
  return use(CommandWriter<Macho32>(link));
}

std::vector<uint8_t> build(const Link& link) {
  return with_writer(link, [](auto writer) { return writer.build(); });
}

}  // namespace

bool has_loader(const Link& link) {
  return link.target().output == OutputKind::DynamicExecutable || link.target().output == OutputKind::DynamicPie;
}

uint64_t HeaderChunk::size() const {
  return build(link_).size() + kHeaderPad;
}

void HeaderChunk::write(MutableBytes out) const {
  const std::vector<uint8_t> bytes = build(link_);
  std::copy(bytes.begin(), bytes.end(), out.begin());
}

uint64_t HeaderChunk::uuid_offset() const {
  return with_writer(link_, [](auto writer) {
    writer.build();
    return writer.uuid_offset();
  });
}

}  // namespace xld::macho
