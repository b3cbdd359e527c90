// See load_commands.h. <mach-o/loader.h>; the order of the commands is that of Apple's linkers, which other tools
// expect.
//
// What is written depends on the oldest system the output is for: versions.h.
#include "formats/macho/load_commands.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <set>

#include "core/version.h"
#include "formats/macho/library.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/platforms.h"
#include "formats/macho/section_names.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"

namespace xld::macho {

namespace {

constexpr std::string_view kLoader = "/usr/lib/dyld";
constexpr std::string_view kSystemLibrary = "/usr/lib/libSystem.B.dylib";
constexpr uint64_t kLongestPath = 1024;

template <class M>
class CommandWriter {
 public:
  explicit CommandWriter(const Link& link) : link_(link), state_(state_of(link)) {}

  std::vector<uint8_t> build() {
    bytes_.resize(sizeof(typename M::Header));
    return link_.applies_relocs() ? build_image() : build_object();
  }

  uint64_t uuid_offset() const { return uuid_offset_; }

 private:
  std::vector<uint8_t> build_image() {
    add_segments();
    add_fixups();
    add_symbol_tables();
    add_identity();
    if (is_started_by_loader()) add_text(DylinkerCommand{LC_LOAD_DYLINKER, 0, sizeof(DylinkerCommand)}, kLoader);
    if (state_.features.has_uuid) {
      uuid_offset_ = bytes_.size() + offsetof(UuidCommand, uuid);
      add(UuidCommand{LC_UUID, sizeof(UuidCommand), {}});
    }
    add_versions();
    if (state_.features.is_encryptable) add_encryption();
    if (has_start()) add_start();
    add_init();
    add_libraries();
    add_table(LC_FUNCTION_STARTS, state_.function_starts);
    add_table(LC_DATA_IN_CODE, state_.data_in_code);
    if (state_.signature) add_table(LC_CODE_SIGNATURE, state_.signature);
    add_header();
    return std::move(bytes_);
  }

  // In the order of assemblers.
  std::vector<uint8_t> build_object() {
    add_object_segment();
    add_versions();
    add_symbol_tables();
    if (state_.data_in_code) add_table(LC_DATA_IN_CODE, state_.data_in_code);
    add_linker_options();
    add_header();
    return std::move(bytes_);
  }

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

  bool has_start() const {
    const uint32_t kind = kind_of_file(link_);
    return kind == MH_EXECUTE || kind == MH_PRELOAD || kind == MH_DYLINKER;
  }

  bool is_started_by_loader() const { return has_loader(link_) && kind_of_file(link_) == MH_EXECUTE; }

  void add_header() {
    typename M::Header header{};
    header.magic = M::kMagic;
    header.cputype = cpu_type();
    header.cpusubtype = link_.target().cpu == Cpu::Arm64 ? CPU_SUBTYPE_ARM64_ALL : CPU_SUBTYPE_X86_ALL;
    header.filetype = kind_of_file(link_);
    header.ncmds = command_count_;
    header.sizeofcmds = static_cast<uint32_t>(bytes_.size() - sizeof(header));
    header.flags = header_flags();
    std::memcpy(bytes_.data(), &header, sizeof(header));
  }

  uint32_t cpu_type() const {
    switch (link_.target().cpu) {
      case Cpu::I386:
        return CPU_TYPE_I386;
      case Cpu::Arm64:
        return CPU_TYPE_ARM64;
      default:
        return CPU_TYPE_X86_64;
    }
  }

  uint32_t header_flags() const {
    if (!link_.applies_relocs()) return state_.has_subsections ? MH_SUBSECTIONS_VIA_SYMBOLS : 0;
    const DarwinOptions& options = link_.options().darwin;
    // Extensions of the kernel are bound by it, whatever is in this flag.
    const bool finds_later =
        !options.is_kext && std::any_of(state_.imports.begin(), state_.imports.end(),
                                        [](const Import& import) { return import.ordinal == kDynamicLookup; });
    const auto reexports = [&](const LoadedLibrary& library) {
      return is_passed_on(link_, *library.file, *library.part);
    };
    const bool has_reexports = std::any_of(state_.libraries.begin(), state_.libraries.end(), reexports);
    uint32_t flags = finds_later && !options.is_flat ? 0 : MH_NOUNDEFS;
    if (!has_loader(link_)) return flags | (is_position_independent(link_.target().output) ? MH_PIE : 0);
    flags |= MH_DYLDLINK;
    flags |= options.is_flat ? MH_FORCE_FLAT : MH_TWOLEVEL;
    if (state_.has_weak_definitions) flags |= MH_WEAK_DEFINES;
    if (state_.binds_to_weak) flags |= MH_BINDS_TO_WEAK;
    if (kind_of_file(link_) == MH_DYLIB && !has_reexports) flags |= MH_NO_REEXPORTED_DYLIBS;
    if (link_.target().output == OutputKind::DynamicPie) flags |= MH_PIE;
    if (has_section_type(S_THREAD_LOCAL_VARIABLES)) flags |= MH_HAS_TLV_DESCRIPTORS;
    if (options.is_extension_safe && kind_of_file(link_) == MH_DYLIB) flags |= MH_APP_EXTENSION_SAFE;
    if (options.may_be_dropped && kind_of_file(link_) == MH_DYLIB) flags |= MH_DEAD_STRIPPABLE_DYLIB;
    if (options.allows_stack_execution) flags |= MH_ALLOW_STACK_EXECUTION;
    if (options.lazy_binding == Answer::No) flags |= MH_BINDATLOAD;
    if (link_.target().cpu == Cpu::I386 && !options.has_executable_heap && !state_.features.has_dyld_info) return flags;
    if (link_.target().cpu == Cpu::I386 && !options.has_executable_heap) flags |= MH_NO_HEAP_EXECUTION;
    return flags;
  }

  bool has_section_type(uint32_t type) const {
    const auto& sections = link_.layout.sections;
    return std::any_of(sections.begin(), sections.end(), [&](const OutputSection& s) { return s.type == type; });
  }

  // ---- segments and sections

  static void set_name(char* field, std::string_view name) {
    std::copy_n(name.data(), std::min(name.size(), kNameSize), field);
  }

  void add_segments() {
    if (has_page_zero(link_)) {
      auto zero = segment_command("__PAGEZERO", 0, 0);
      zero.vmsize = static_cast<Word>(page_zero_size(link_));
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
    if (name == "__DATA_CONST") command.flags |= SG_READ_ONLY;
    set_protection(name, command);
    add(command);
    for (uint32_t i = segment.first; i < segment.last; i++)
      if (has_header(sections[i])) add_section(sections[i]);
  }

  // All sections of an object are in one.
  void add_object_segment() {
    const std::vector<Segment>& segments = link_.layout.segments;
    const bool has_sections = segments.size() > 1;
    const uint32_t first = has_sections ? segments[0].first : 0, last = has_sections ? segments[0].last : 0;
    auto command = segment_command({}, last - first, VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXECUTE);
    if (has_sections) {
      command.vmsize = static_cast<Word>(segments[0].memory_size);
      command.fileoff = static_cast<Word>(segments[0].file_offset);
      command.filesize = static_cast<Word>(segments[0].file_size);
    }
    add(command);
    for (uint32_t i = first; i < last; i++) add_section(link_.layout.sections[i]);
  }

  // What the objects ask for is asked for by the output.
  void add_linker_options() {
    std::set<std::string_view> known;
    for (const InputFile* file : link_.inputs.files) {
      for (const Bytes command : object_of(*file).linker_options) {
        if (!known.insert(as_text(command)).second || command.size() % M::kWordSize != 0) continue;
        add_bytes(command.data(), command.size());
        command_count_++;
      }
    }
  }

  void set_protection(std::string_view name, typename M::Segment& command) const {
    for (const SegmentProtection& protection : link_.options().darwin.protections) {
      if (protection.segment != name) continue;
      command.maxprot = protection.maximum;
      command.initprot = protection.initial;
    }
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
    if (section.type == S_SYMBOL_STUBS) command.reserved2 = link_.slots.stub_size;
    if (section.type == S_NON_LAZY_SYMBOL_POINTERS && state_.indirect_symbols)
      command.reserved1 = first_indirect_symbol(section);
    if (section.type == S_THREAD_LOCAL_VARIABLE_POINTERS && state_.thread_pointers)
      command.reserved1 = state_.indirect_symbols->first_thread_pointer();
    if (section.type == S_LAZY_SYMBOL_POINTERS && state_.lazy_pointers)
      command.reserved1 = state_.indirect_symbols->first_stub_pointer();
    if (!link_.applies_relocs()) add_kept_facts(section, command);
    add_bytes(&command, sizeof(command));
  }

  void add_kept_facts(const OutputSection& section, typename M::Section& command) const {
    if (const TableChunk* relocs = state_.kept_relocs[section.header_index]; relocs && relocs->size() != 0) {
      command.reloff = file_offset(relocs);
      command.nreloc = size_of_chunk(relocs) / 8;
    }
    if (state_.kept_indirect_symbols) command.reserved1 = state_.kept_indirect_symbols->first_of(section);
    if (section.type == S_SYMBOL_STUBS && !section.atoms.empty()) {
      const Atom& first = link_.atom(section.atoms.front());
      const MachoObject& object = object_of(link_.inputs.file(first.file));
      command.reserved2 = object.sections[object.subsections[first.raw].section].reserved2;
    }
  }

  // Slots and pointers with names may share a section; the slots stand first then.
  uint32_t first_indirect_symbol(const OutputSection& section) const {
    const auto& chunks = section.chunks;
    const bool has_slots = state_.pointers && std::find(chunks.begin(), chunks.end(), state_.pointers) != chunks.end();
    return has_slots ? state_.indirect_symbols->first_pointer() : state_.indirect_symbols->first_named_pointer();
  }

  // ---- tables in __LINKEDIT

  uint32_t file_offset(const Chunk* chunk) const {
    if (!chunk || chunk->size() == 0) return 0;
    return static_cast<uint32_t>(file_offset_of(link_, *chunk));
  }

  static uint32_t size_of_chunk(const Chunk* chunk) { return chunk ? static_cast<uint32_t>(chunk->size()) : 0; }

  // The offset is that of the place even if the table is empty: tools want ascending ones.
  void add_table(uint32_t kind, const TableChunk* chunk) {
    if (!chunk) return;
    add(LinkEditDataCommand{kind, sizeof(LinkEditDataCommand), static_cast<uint32_t>(file_offset_of(link_, *chunk)),
                            size_of_chunk(chunk)});
  }

  void add_exports() {
    const uint32_t size = size_of_chunk(state_.exports);
    const uint32_t offset = size == 0 ? 0 : file_offset(state_.exports);
    add(LinkEditDataCommand{LC_DYLD_EXPORTS_TRIE, sizeof(LinkEditDataCommand), offset, size});
  }

  void add_fixups() {
    if (state_.features.has_chained_fixups) {
      add_table(LC_DYLD_CHAINED_FIXUPS, state_.chained_fixups);
      add_exports();
      return;
    }
    if (!state_.features.has_dyld_info) return;
    DyldInfoCommand command{};
    command.cmd = LC_DYLD_INFO_ONLY;
    command.cmdsize = sizeof(command);
    command.rebase_off = file_offset(state_.rebases);
    command.rebase_size = size_of_chunk(state_.rebases);
    command.bind_off = file_offset(state_.binds);
    command.bind_size = size_of_chunk(state_.binds);
    command.weak_bind_off = file_offset(state_.weak_binds);
    command.weak_bind_size = size_of_chunk(state_.weak_binds);
    command.lazy_bind_off = file_offset(state_.lazy_binds);
    command.lazy_bind_size = size_of_chunk(state_.lazy_binds);
    command.export_off = file_offset(state_.exports);
    command.export_size = size_of_chunk(state_.exports);
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
    if (state_.kept_indirect_symbols) {
      command.indirectsymoff = file_offset(state_.kept_indirect_symbols);
      command.nindirectsyms = state_.kept_indirect_symbols->count();
    }
    command.extreloff = file_offset(state_.external_relocs);
    command.nextrel = size_of_chunk(state_.external_relocs) / 8;
    command.locreloff = file_offset(state_.local_relocs);
    command.nlocrel = size_of_chunk(state_.local_relocs) / 8;
    add(command);
  }

  // ---- the system, and the start

  void add_versions() {
    if (state_.platform != 0 && state_.features.has_build_version) {
      add_build_version(state_.platform, state_.minimum_os, state_.sdk);
    } else if (state_.platform != 0) {
      add(VersionMinCommand{platform_row(state_.platform).minimum_command, sizeof(VersionMinCommand), state_.minimum_os,
                            state_.sdk});
    }
    if (const auto& second = link_.options().darwin.second_platform)
      add_build_version(find_platform(second->platform)->number, second->minimum_os, second->sdk);
    if (state_.features.has_source_version)
      add(SourceVersionCommand{LC_SOURCE_VERSION, sizeof(SourceVersionCommand),
                               link_.options().darwin.source_version_value});
  }

  void add_build_version(uint32_t platform, uint32_t minimum_os, uint32_t sdk) {
    constexpr uint32_t kTools = 1;
    const bool names_tool = link_.applies_relocs();
    const uint32_t size = sizeof(BuildVersionCommand) + (names_tool ? sizeof(BuildToolVersion) : 0);
    add(BuildVersionCommand{LC_BUILD_VERSION, size, platform, minimum_os, sdk, names_tool ? kTools : 0});
    if (!names_tool) return;
    const BuildToolVersion tool{TOOL_LD, parse_packed_version(kVersion).value_or(kVersionOne)};
    add_bytes(&tool, sizeof(tool));
  }

  // All of __TEXT but the pages of the load commands.
  void add_encryption() {
    const Segment& text = link_.layout.segments.front();
    const uint64_t page = link_.layout.plan.page_size;
    const uint64_t begin = align_up(link_.layout.sections[text.first].size, page), end = align_up(text.file_size, page);
    constexpr bool kIsWide = M::kWordSize == 8;
    constexpr uint32_t kSize = sizeof(EncryptionInfoCommand) + (kIsWide ? 4 : 0);
    add(EncryptionInfoCommand{kIsWide ? LC_ENCRYPTION_INFO_64 : LC_ENCRYPTION_INFO, kSize, static_cast<uint32_t>(begin),
                              static_cast<uint32_t>(end - std::min(begin, end)), 0});
    bytes_.resize(bytes_.size() + kSize - sizeof(EncryptionInfoCommand));
  }

  // -init: seven more words that nobody uses.
  void add_init() {
    const std::string& name = link_.options().darwin.init_function;
    if (name.empty() || !has_loader(link_)) return;
    const SymbolId id = link_.symbols.find(name);
    Word words[8] = {};
    if (id.is_valid() && id.value < link_.symbol_addresses.size())
      words[0] = static_cast<Word>(link_.symbol_addresses[id.value]);
    constexpr uint32_t kCommand = M::kWordSize == 8 ? LC_ROUTINES_64 : LC_ROUTINES;
    add(LoadCommand{kCommand, static_cast<uint32_t>(sizeof(LoadCommand) + sizeof(words))});
    add_bytes(words, sizeof(words));
  }

  // ---- libraries

  void add_identity() {
    const std::string& given = link_.options().darwin.install_name;
    if (kind_of_file(link_) == MH_DYLINKER) return add_name(LC_ID_DYLINKER, given.empty() ? kLoader : given);
    if (kind_of_file(link_) != MH_DYLIB) return;
    const DarwinOptions& options = link_.options().darwin;
    const std::string_view name = options.install_name.empty() ? output_name(link_.options()) : options.install_name;
    add_text(
        DylibCommand{LC_ID_DYLIB, 0, sizeof(DylibCommand), 1, options.current_version, options.compatibility_version},
        name);
  }

  void add_name(uint32_t kind, std::string_view name) {
    add_text(DylinkerCommand{kind, 0, sizeof(DylinkerCommand)}, name);
  }

  uint32_t load_command_for(const LoadedLibrary& library) const {
    if (is_passed_on(link_, *library.file, *library.part)) return LC_REEXPORT_DYLIB;
    if (library.file->use == LibraryUse::Upward) return LC_LOAD_UPWARD_DYLIB;
    return library.is_weak ? LC_LOAD_WEAK_DYLIB : LC_LOAD_DYLIB;
  }

  void add_libraries() {
    if (!has_loader(link_)) return;
    for (const LoadedLibrary& library : state_.libraries)
      add_text(DylibCommand{load_command_for(library), 0, sizeof(DylibCommand), 2, library.part->current_version,
                            library.part->compatibility_version},
               library.part->install_name);
    // The loader calls the system's library to begin and to end a program.
    if (state_.libraries.empty() && kind_of_file(link_) == MH_EXECUTE)
      add_text(DylibCommand{LC_LOAD_DYLIB, 0, sizeof(DylibCommand), 2, kVersionOne, kVersionOne}, kSystemLibrary);
    for (const std::string& path : link_.options().dynamic.runtime_paths) add_name(LC_RPATH, path);
    const DarwinOptions& options = link_.options().darwin;
    if (kind_of_file(link_) == MH_EXECUTE)
      for (const std::string& text : options.environment) add_name(LC_DYLD_ENVIRONMENT, text);
    if (!options.umbrella.empty()) add_name(LC_SUB_FRAMEWORK, options.umbrella);
    for (const std::string& name : options.allowable_clients) add_name(LC_SUB_CLIENT, name);
  }

  void add_start() {
    if (state_.features.has_main) {
      const uint64_t start = link_.entry_address - link_.layout.plan.base_address;
      add(EntryPointCommand{LC_MAIN, sizeof(EntryPointCommand), start, link_.options().stack_size});
      return;
    }
    // The registers a thread begins with: all zero but the instruction pointer and, if the user wants one, the stack.
    const ThreadState& thread = thread_state();
    std::vector<Word> registers(thread.words * 4 / sizeof(Word));
    registers[thread.instruction_pointer] = static_cast<Word>(link_.entry_address);
    add(ThreadCommand{LC_UNIXTHREAD, static_cast<uint32_t>(sizeof(ThreadCommand) + registers.size() * sizeof(Word)),
                      thread.flavor, thread.words});
    add_bytes(registers.data(), registers.size() * sizeof(Word));
  }

  struct ThreadState {
    uint32_t flavor, words;        // of 4 bytes
    uint32_t instruction_pointer;  // index of the register
  };

  const ThreadState& thread_state() const {
    static constexpr ThreadState kI386 = {x86_THREAD_STATE32, 16, 10}, kX86_64 = {x86_THREAD_STATE64, 42, 16},
                                 kArm64 = {ARM_THREAD_STATE64, 68, 32};
    if (M::kWordSize == 4) return kI386;
    return link_.target().cpu == Cpu::Arm64 ? kArm64 : kX86_64;
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
  return xld::has_loader(link.target().output);
}

uint32_t kind_of_file(const Link& link) {
  const DarwinOptions& options = link.options().darwin;
  if (!link.applies_relocs()) return MH_OBJECT;
  if (options.is_preload) return MH_PRELOAD;
  if (options.is_kext) return MH_KEXT_BUNDLE;
  if (options.is_loader) return MH_DYLINKER;
  if (link.target().output != OutputKind::SharedLibrary) return MH_EXECUTE;
  return options.is_bundle ? MH_BUNDLE : MH_DYLIB;
}

bool has_page_zero(const Link& link) {
  return kind_of_file(link) == MH_EXECUTE && !link.options().darwin.is_loader && page_zero_size(link) != 0;
}

uint64_t page_zero_size(const Link& link) {
  return link.options().darwin.page_zero_size.value_or(link.layout.plan.base_address);
}

uint64_t file_offset_of(const Link& link, const Chunk& chunk) {
  const Segment& segment = link.layout.segments.back();
  return segment.file_offset + (chunk.address - segment.address);
}

uint64_t HeaderChunk::size() const {
  const DarwinOptions& options = link_.options().darwin;
  uint64_t pad = options.header_pad;
  // Names that install_name_tool may make as long as paths can be.
  if (options.pads_for_install_names)
    pad = std::max<uint64_t>(pad, (state_of(link_).libraries.size() + 1) * kLongestPath);
  const uint64_t size = build(link_).size() + pad;
  return state_of(link_).features.is_encryptable ? align_up(size, link_.layout.plan.page_size) : size;
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
