// Rules about the header and the load commands: what xnu's mach_loader and dyld insist on. Several of dyld's rules hold
// from an SDK on; the table of dyld's changes is in its MachOAnalyzer and Header sources.
#include <algorithm>
#include <llvm/Object/MachO.h>
#include <map>
#include <set>

#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

void check_readable(const MachoFile& file, Report& report) {
  for (const std::string& error : file.read_errors) report.add("{}", error);
}

// LLVM's reader has checks of its own.
void check_llvm(const MachoFile& file, Report& report) {
  const llvm::StringRef text(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  auto object = llvm::object::MachOObjectFile::create(llvm::MemoryBufferRef(text, "file"), true, file.is_64);
  if (!object) report.add("LLVM Object refuses it: {}", llvm::toString(object.takeError()));
}

void check_header(const MachoFile& file, Report& report) {
  constexpr uint32_t kCpus[] = {MachO::CPU_TYPE_X86_64, MachO::CPU_TYPE_I386, MachO::CPU_TYPE_ARM64};
  if (std::find(std::begin(kCpus), std::end(kCpus), file.cpu) == std::end(kCpus)) {
    report.add("CPU type {:#x} is none of x86_64, i386, arm64", file.cpu);
  } else if (file.is_64 != ((file.cpu & MachO::CPU_ARCH_ABI64) != 0)) {
    report.add("CPU type {:#x} with a {}-bit header", file.cpu, file.is_64 ? 64 : 32);
  }
  if (file.type == 0 || file.type > MachO::MH_FILESET) report.add("file type {}", file.type);
  const auto reserved = file.is_64 ? read<uint32_t>(file.bytes, 28) : 0;
  if (reserved != 0) report.add("the reserved word is {:#x}", reserved.value_or(0));
}

// dyld takes a slice by its subtype: those that exist, with the marks of 64-bit programs and of pointer authentication.
void check_subtype(const MachoFile& file, Report& report) {
  constexpr uint32_t kLibraries64 = 0x80000000, kHaswell = 8, kArm64e = 2, kAuthentication = 0x0f000000;
  const uint32_t number = file.cpu_subtype & ~kLibraries64;
  const bool is_known = file.is_arm64() ? (number & ~kAuthentication) <= kArm64e
                                        : number == MachO::CPU_SUBTYPE_I386_ALL || number == kHaswell;
  if (!is_known) report.add("CPU subtype {:#x}", file.cpu_subtype);
}

void check_flags(const MachoFile& file, Report& report) {
  constexpr uint32_t kKnown = 0x8fffffff;  // up to MH_DYLIB_IN_CACHE, which is the highest
  if ((file.flags & ~kKnown) != 0) report.add("unknown flags {:#x}", file.flags & ~kKnown);
  const bool needs_loader = file.is_library() || file.find_command(MachO::LC_MAIN);
  if (needs_loader && (file.flags & MachO::MH_DYLDLINK) == 0) report.add("no MH_DYLDLINK: dyld does not take it");
  const bool has_undefined = file.dysymtab && file.dysymtab->nundefsym != 0;
  const bool is_two_level = (file.flags & MachO::MH_TWOLEVEL) != 0;
  if (is_two_level && !has_undefined && (file.flags & MachO::MH_NOUNDEFS) == 0)
    report.add("nothing is undefined, but there is no MH_NOUNDEFS");
}

// Sizes that known commands have exactly; 0: the command ends in a string or a list.
struct KnownCommand {
  uint32_t kind, size;
  bool is_single;
};
constexpr KnownCommand kKnown[] = {
    {MachO::LC_SYMTAB, 24, true},
    {MachO::LC_DYSYMTAB, 80, true},
    {MachO::LC_UUID, 24, true},
    {MachO::LC_DYLD_INFO, 48, true},
    {MachO::LC_DYLD_INFO_ONLY, 48, true},
    {MachO::LC_DYLD_CHAINED_FIXUPS, 16, true},
    {MachO::LC_DYLD_EXPORTS_TRIE, 16, true},
    {MachO::LC_FUNCTION_STARTS, 16, true},
    {MachO::LC_DATA_IN_CODE, 16, true},
    {MachO::LC_CODE_SIGNATURE, 16, true},
    {MachO::LC_SEGMENT_SPLIT_INFO, 16, true},
    {MachO::LC_MAIN, 24, true},
    {MachO::LC_SOURCE_VERSION, 16, true},
    {MachO::LC_VERSION_MIN_MACOSX, 16, true},
    {MachO::LC_ENCRYPTION_INFO, 20, true},
    {MachO::LC_ENCRYPTION_INFO_64, 24, true},
    {MachO::LC_ROUTINES, 40, true},
    {MachO::LC_ROUTINES_64, 72, true},
    {MachO::LC_DYLIB_CODE_SIGN_DRS, 16, true},
    {MachO::LC_LINKER_OPTIMIZATION_HINT, 16, true},
    {MachO::LC_UNIXTHREAD, 0, true},
    {MachO::LC_ID_DYLIB, 0, true},
    {MachO::LC_LOAD_DYLINKER, 0, true},
    {MachO::LC_BUILD_VERSION, 0, false},
    {MachO::LC_SEGMENT, 0, false},
    {MachO::LC_SEGMENT_64, 0, false},
    {MachO::LC_LOAD_DYLIB, 0, false},
    {MachO::LC_LOAD_WEAK_DYLIB, 0, false},
    {MachO::LC_REEXPORT_DYLIB, 0, false},
    {MachO::LC_LOAD_UPWARD_DYLIB, 0, false},
    {MachO::LC_RPATH, 0, false},
};

void check_commands(const MachoFile& file, Report& report) {
  std::map<uint32_t, uint32_t> seen;
  for (const MachoCommand& command : file.commands) {
    const size_t size = command.bytes.size();
    if (size % file.word() != 0)
      report.add("load command {}: size {:#x} is no multiple of a word", command.index, size);
    const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                     [&](const KnownCommand& k) { return k.kind == command.kind; });
    if (known == std::end(kKnown)) {
      if ((command.kind & MachO::LC_REQ_DYLD) != 0) {
        report.add("load command {}: {:#x} must be understood, and no dyld does", command.index, command.kind);
      }
      continue;
    }
    if (known->size != 0 && size != known->size) {
      report.add("load command {} ({:#x}): size {:#x} instead of {:#x}", command.index, command.kind, size,
                 known->size);
    }
    if (known->is_single && seen[command.kind]++ == 1) {
      report.add("load command {} ({:#x}) is a second one of its kind", command.index, command.kind);
    }
    if (command.kind == (file.is_64 ? MachO::LC_SEGMENT : MachO::LC_SEGMENT_64)) {
      report.add("load command {}: a segment of the other word size", command.index);
    }
  }
}

// Segment commands are as long as their sections want, LC_BUILD_VERSION as its tools.
void check_lists(const MachoFile& file, Report& report) {
  for (const MachoCommand& command : file.commands) {
    uint64_t wanted = command.bytes.size();
    if (command.kind == MachO::LC_SEGMENT_64) {
      const auto s = read<MachO::segment_command_64>(command.bytes, 0);
      if (s) wanted = sizeof(*s) + uint64_t{s->nsects} * sizeof(MachO::section_64);
    } else if (command.kind == MachO::LC_SEGMENT) {
      const auto s = read<MachO::segment_command>(command.bytes, 0);
      if (s) wanted = sizeof(*s) + uint64_t{s->nsects} * sizeof(MachO::section);
    } else if (command.kind == MachO::LC_BUILD_VERSION) {
      const auto v = read<MachO::build_version_command>(command.bytes, 0);
      if (v) wanted = sizeof(*v) + uint64_t{v->ntools} * 8;
    }
    if (wanted != command.bytes.size()) {
      report.add("load command {} ({:#x}): size {:#x}, its list needs {:#x}", command.index, command.kind,
                 command.bytes.size(), wanted);
    }
  }
}

struct ThreadState {
  uint32_t cpu, flavour, count, program_counter;  // the last one in bytes behind the count
};
constexpr ThreadState kThreadStates[] = {
    {MachO::CPU_TYPE_I386, 1, 16, 10 * 4},
    {MachO::CPU_TYPE_X86_64, 4, 42, 16 * 8},
    {MachO::CPU_TYPE_ARM64, 6, 68, 32 * 8},
};

void check_code_address(const MachoFile& file, uint64_t address, const char* what, Report& report) {
  const MachoSegment* segment = file.segment_at(address, 1);
  if (!segment || !segment->is_executable()) report.add("{} {:#x} is in no executable segment", what, address);
}

void check_thread(const MachoFile& file, const MachoCommand& thread, Report& report) {
  for (const ThreadState& state : kThreadStates) {
    if (state.cpu != file.cpu) continue;
    const auto flavour = read<uint32_t>(thread.bytes, 8), count = read<uint32_t>(thread.bytes, 12);
    if (flavour != state.flavour || count != state.count || thread.bytes.size() != 16 + state.count * 4) {
      return report.add("LC_UNIXTHREAD has flavour {}, count {}, size {:#x}", flavour.value_or(0), count.value_or(0),
                        thread.bytes.size());
    }
    const uint8_t* at = thread.bytes.data() + 16 + state.program_counter;
    check_code_address(file, file.is_64 ? load<uint64_t>(at) : load<uint32_t>(at), "LC_UNIXTHREAD: entry", report);
  }
}

void check_entry(const MachoFile& file, Report& report) {
  const MachoCommand* main = file.find_command(MachO::LC_MAIN);
  const MachoCommand* thread = file.find_command(MachO::LC_UNIXTHREAD);
  if (!file.is_executable()) {
    if (main || (thread && file.is_library())) report.add("a file of type {} has an entry", file.type);
    return;
  }
  if ((main != nullptr) == (thread != nullptr)) return report.add("not exactly one of LC_MAIN and LC_UNIXTHREAD");
  if (thread) return check_thread(file, *thread, report);
  const auto command = read<MachO::entry_point_command>(main->bytes, 0);
  const MachoSegment* header = file.header_segment();
  if (command && header) check_code_address(file, header->address + command->entryoff, "LC_MAIN: entry", report);
  if (command && command->stacksize % file.page() != 0)
    report.add("LC_MAIN: a stack of {:#x} bytes, which are no pages", command->stacksize);
  if (!file.find_command(MachO::LC_LOAD_DYLINKER)) report.add("LC_MAIN without LC_LOAD_DYLINKER: the kernel kills it");
}

void check_identity(const MachoFile& file, Report& report) {
  for (const MachoCommand& command : file.commands) {
    const bool is_library = command.kind == MachO::LC_ID_DYLIB || command.kind == MachO::LC_LOAD_DYLIB ||
                            command.kind == MachO::LC_LOAD_WEAK_DYLIB || command.kind == MachO::LC_REEXPORT_DYLIB ||
                            command.kind == MachO::LC_LOAD_UPWARD_DYLIB;
    const bool is_path = command.kind == MachO::LC_RPATH || command.kind == MachO::LC_LOAD_DYLINKER;
    const uint32_t wanted = is_library ? sizeof(MachO::dylib_command) : sizeof(MachO::rpath_command);
    const auto offset = read<uint32_t>(command.bytes, 8);
    if ((is_library || is_path) && offset != wanted)
      report.add("load command {}: its name is at {:#x} instead of {:#x}", command.index, offset.value_or(0), wanted);
  }
  const bool has_name = file.find_command(MachO::LC_ID_DYLIB) != nullptr;
  const bool is_dylib = file.type == MachO::MH_DYLIB || file.type == MachO::MH_DYLIB_STUB;
  if (is_dylib != has_name) report.add("LC_ID_DYLIB {}", has_name ? "in a file that is no dylib" : "is missing");
  if (is_dylib && (file.flags & MachO::MH_NO_REEXPORTED_DYLIBS) != 0) {
    for (const MachoLibrary& library : file.libraries) {
      if (library.command == MachO::LC_REEXPORT_DYLIB) report.add("MH_NO_REEXPORTED_DYLIBS, but {}", library.name);
    }
  }
}

void check_libraries(const MachoFile& file, Report& report) {
  std::set<std::string> libraries, rpaths;
  const bool must_differ = file.sdk >= version_number(26, 0);
  for (const MachoLibrary& library : file.libraries) {
    if (library.name.empty()) report.add("a library without a name");
    if (!libraries.insert(library.name).second && must_differ) report.add("library {} is named twice", library.name);
  }
  for (const std::string& rpath : file.rpaths) {
    if (!rpaths.insert(rpath).second && must_differ) report.add("run path {} is named twice", rpath);
  }
  const bool is_dynamic = (file.flags & MachO::MH_DYLDLINK) != 0 && (file.is_executable() || file.is_library());
  if (is_dynamic && file.libraries.empty() && file.sdk >= version_number(15, 4)) report.add("no LC_LOAD_DYLIB");
}

void check_uuid(const MachoFile& file, Report& report) {
  const MachoCommand* uuid = file.find_command(MachO::LC_UUID);
  const bool is_needed = (file.is_library() && file.sdk >= version_number(12, 0)) ||
                         (file.is_executable() && file.sdk >= version_number(26, 0));
  if (!uuid) return is_needed ? report.add("LC_UUID is missing") : void();
  const Bytes bytes = uuid->bytes.size() == 24 ? uuid->bytes.subspan(8) : Bytes{};
  if (std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; })) report.add("LC_UUID is zero");
}

void check_pie(const MachoFile& file, Report& report) {
  const bool is_dynamic = file.is_executable() && (file.flags & MachO::MH_DYLDLINK) != 0;
  if (is_dynamic && file.is_arm64() && (file.flags & MachO::MH_PIE) == 0) {
    report.add("an arm64 executable without MH_PIE: the kernel kills it");
  }
}

// What the oldest system that is to run the file does not know. ld64.lld does not keep to this.
void check_minimum_os(const MachoFile& file, Report& report) {
  if (!file.is_mac() || file.minimum_os == 0) return;
  struct Since {
    uint32_t kind, version;
    const char* name;
  };
  constexpr Since kSince[] = {
      {MachO::LC_DYLD_INFO, version_number(10, 6), "LC_DYLD_INFO"},
      {MachO::LC_DYLD_INFO_ONLY, version_number(10, 6), "LC_DYLD_INFO_ONLY"},
      {MachO::LC_MAIN, version_number(10, 8), "LC_MAIN"},
      {MachO::LC_DYLD_CHAINED_FIXUPS, version_number(11, 0), "LC_DYLD_CHAINED_FIXUPS"},
  };
  for (const Since& since : kSince) {
    if (file.minimum_os < since.version && file.find_command(since.kind)) {
      report.add("{} is not known to macOS {}.{}", since.name, file.minimum_os >> 16, file.minimum_os >> 8 & 0xff);
    }
  }
}

// dyld knows by it which rules hold. For x86 it takes a file that does not say for an old one of macOS.
void check_platform(const MachoFile& file, Report& report) {
  if (file.platform == 0 && file.is_arm64() && (file.is_executable() || file.is_library()))
    report.add("no command says which system it is for");
  constexpr uint32_t kHighest = 12;  // visionOS simulator
  if (file.platform > kHighest) report.add("platform {}", file.platform);
}

void check_one_encoding(const MachoFile& file, Report& report) {
  const bool has_chains = file.find_command(MachO::LC_DYLD_CHAINED_FIXUPS) != nullptr;
  const bool has_relocations = file.dysymtab && (file.dysymtab->nlocrel != 0 || file.dysymtab->nextrel != 0);
  if (file.dyld_info && has_chains) report.add("both LC_DYLD_INFO and LC_DYLD_CHAINED_FIXUPS");
  if ((file.dyld_info || has_chains) && has_relocations) report.add("dynamic relocations beside newer fixups");
}

constexpr MachoRule kRules[] = {
    {"macho-readable", "every load command and table can be decoded", Scope::Both, check_readable},
    {"macho-llvm", "LLVM Object accepts the file", Scope::Both, check_llvm},
    {"macho-header", "CPU, word size and file type agree; what is reserved is 0", Scope::Both, check_header},
    {"macho-subtype", "the CPU's subtype is one that exists", Scope::Both, check_subtype},
    {"macho-flags", "the header's flags are known, and say what dyld asks for", Scope::Linked, check_flags},
    {"macho-commands", "load commands have their sizes, single ones occur once, none is unknown and required",
     Scope::Both, check_commands},
    {"macho-command-lists", "segment and version commands are as long as their lists", Scope::Both, check_lists},
    {"macho-entry", "executables have one entry, in code; libraries have none", Scope::Linked, check_entry},
    {"macho-identity", "dylibs, and only they, have LC_ID_DYLIB; names follow their commands", Scope::Linked,
     check_identity},
    {"macho-libraries", "libraries and run paths have names; from SDK 26 each is named once", Scope::Linked,
     check_libraries},
    {"macho-uuid", "LC_UUID is there where dyld wants it, and not zero", Scope::Linked, check_uuid},
    {"macho-pie", "arm64 executables are position independent", Scope::Linked, check_pie},
    {"macho-platform", "the file says which system it is for", Scope::Linked, check_platform},
    {"macho-minimum-os", "nothing is newer than the oldest system the file is for", Scope::Linked, check_minimum_os},
    {"macho-one-encoding", "fixups are in one encoding", Scope::Linked, check_one_encoding},
};

}  // namespace

MachoRules macho_header_rules() {
  return kRules;
}

}  // namespace xld::verify
