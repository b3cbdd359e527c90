// Options: everything the user asked for, already parsed. Plain data, immutable once the link starts.
//
// The command line is one way to fill it (ld/command_line.h), a program that uses xld as a library the other
// (ld/xld.h). Order-dependent options have been turned into facts of the inputs they apply to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/target.h"

namespace xld {

class ThreadLender;  // core/parallel.h

enum class InputKind : uint8_t {
  File,        // a path as given
  Library,     // -lNAME: lib<NAME>.so, lib<NAME>.a or, for -l:FILE, FILE in the search paths
  Framework,   // -framework NAME: NAME.framework/NAME in the framework paths
  StartGroup,  // --start-group; archives are searched again and again in any case
  EndGroup,
};

// How the output names a shared library to the loader.
enum class LibraryUse : uint8_t {
  Normal,
  Weak,      // the program can do without it
  Reexport,  // its names are offered as the output's own
  Upward,    // it depends on the output in turn
  Needed,    // it is loaded though nothing uses it
};

struct InputOption {
  InputKind kind = InputKind::File;
  std::string name;
  bool whole_archive = false;
  bool is_forced = false;  // -force_load: for this archive alone
  bool as_needed = false;
  bool is_static = false;          // -Bstatic: -l finds archives only
  bool is_lazy = false;            // between --start-lib and --end-lib: objects behave as archive members
  bool is_searched = false;        // -T: looked for in the search path if it is not there
  bool is_binary = false;          // -b binary: the file is data, not an object
  bool just_symbols = false;       // -R FILE: take its symbols, not its sections
  bool copies_needs = false;       // --copy-dt-needed-entries: link what the library needs, too
  bool hides_definitions = false;  // what it defines stays inside the output
  bool is_host = false;            // -bundle_loader: a program, whose names a plug-in may use
  bool loads_classes = false;      // -ObjC: members of archives that have classes or categories are taken
  LibraryUse use = LibraryUse::Normal;
  // --embed: the file is data, too; where it goes and what its symbols are called.
  bool is_embedded = false;
  std::string embed_name = {};
  std::string embed_section = ".rodata";
  uint64_t embed_alignment = 16;
};

enum class StripMode : uint8_t { None, Debug, All };
// Local symbols that are left out. Default: temporary ones in sections of strings that may be shared.
enum class DiscardMode : uint8_t { Default, None, TemporaryLocals, AllLocals };
// How the directories are reported that -l searches: as GNU ld's default script has them, or as ld64 lists them.
enum class SearchReport : uint8_t { None, ScriptCommands, Lists };

enum class MapForm : uint8_t { Gnu, Apple };
enum class CommonOrder : uint8_t { FirstSeen, FallingAlignment, RisingAlignment };
enum class IcfMode : uint8_t { None, Safe, All };
enum class BuildIdKind : uint8_t { None, Fast, Md5, Sha1, Sha256, Uuid, Hex };
enum class CompressionKind : uint8_t { None, Zlib, Zstd };
enum class SeparateCode : uint8_t { Code, None, LoadableSegments };
// Default: what is undefined is an error, but for a shared library, whose users may define it.
enum class UnresolvedPolicy : uint8_t { Default, Error, Warn, Ignore };
enum class OutputFormatKind : uint8_t { Object, Binary };
enum class HashStyle : uint8_t { Both, Sysv, Gnu, None };
enum class SymbolicBinding : uint8_t { None, All, Functions, NonWeak, NonWeakFunctions };  // -Bsymbolic*
enum class ThreadSegment : uint8_t { AsCompiled, Gs };                                     // -z tls-seg
// Whether the loader may write to what is read-only afterwards: -z notext, nothing said, -z text.
enum class TextRelocs : uint8_t { Allow, Warn, Forbid };
enum class ReportLevel : uint8_t { None, Warning, Error };
enum class StartStopVisibility : uint8_t { Default, Internal, Hidden, Protected };
enum class Answer : uint8_t { Unset, No, Yes };

// What only a dynamically linked output is made of. Accepted for static ones, which have no use for it.
struct DynamicOptions {
  std::string soname;
  std::vector<std::string> auxiliaries;        // -f
  std::vector<std::string> filters;            // -F
  std::vector<std::string> audits;             // --audit
  std::vector<std::string> dependency_audits;  // -P
  std::vector<std::string> runtime_paths;      // -rpath
  std::vector<std::string> link_time_paths;    // -rpath-link
  std::vector<std::string> environment_paths;  // LD_LIBRARY_PATH: where the loader of this machine looks, too
  Answer shlib_undefined = Answer::Unset;      // --[no-]allow-shlib-undefined
  bool new_tags = true;                        // --enable-new-dtags: DT_RUNPATH, not DT_RPATH
  HashStyle hash_style = HashStyle::Both;
  SymbolicBinding symbolic = SymbolicBinding::None;
  std::vector<std::string> lists;                  // --dynamic-list
  std::vector<std::string> exported_symbols;       // --export-dynamic-symbol
  std::vector<std::string> exported_symbol_lists;  // --export-dynamic-symbol-list
  std::vector<std::string> excluded_libraries;     // --exclude-libs
  bool lists_data = false;                         // --dynamic-list-data: all data is listed
  bool lists_cpp_new = false;                      // --dynamic-list-cpp-new: operators new and delete are
  bool lists_cpp_typeinfo = false;                 // --dynamic-list-cpp-typeinfo: what typeid and catch compare is
  bool default_symver = false;                     // names without a version get one called like the output
  bool allow_undefined_version = true;             // version scripts may name what no input defines
  bool keeps_unique = true;                        // --gnu-unique: STB_GNU_UNIQUE stays
  bool bind_now = false;                           // -z now
  bool pack_relative_relocs = false;
  bool packs_all_relocs = false;       // --pack-dyn-relocs=android: all others in Android's packed form
  bool has_android_relr_tags = false;  // --use-android-relr-tags: those Android had before others had any
  TextRelocs text_relocs = TextRelocs::Warn;
  bool copy_relocs = true;
  bool ignores_data_addresses = false;      // --ignore-data-address-equality: protected variables may be copied
  bool ignores_function_addresses = false;  // --ignore-function-address-equality: protected functions may have stubs
  Answer indirect_access =
      Answer::Unset;  // -z [no]indirect-extern-access: does the output claim that it needs no copies?
  Answer undefined_weak = Answer::Unset;  // -z [no]dynamic-undefined-weak: may others define them?
  bool is_read_only = false;              // -z rodynamic: the dynamic section
  uint32_t spare_tags = 5;                // --spare-dynamic-tags: unused entries at its end
  bool stubs_avoid_prediction = false;    // -z retpolineplt: stubs reach their targets by returning to them
  bool stubs_track_branches = false;      // -z ibtplt: stubs may be called indirectly under branch tracking
  std::vector<std::string> flags;         // -z nodelete, origin … : loader flags by their names
};

// How contents are compressed; without a level, as much as costs little.
struct Compression {
  CompressionKind kind = CompressionKind::None;
  std::optional<int> level;
};

// --compress-sections: sections of the output that match.
struct SectionCompression {
  std::string glob;
  Compression compression;
};

// -plugin: a shared object of a compiler, and each -plugin-opt that followed it.
struct PluginOption {
  std::string path;
  std::vector<std::string> options;
};

// A name that has to be defined, and the option that says so.
struct RequiredName {
  std::string name;
  std::string option;
};

// What LC_BUILD_VERSION says. Versions are packed as xxxx.yy.zz, 16 and twice 8 bits.
struct PlatformVersion {
  std::string platform;  // "macos"
  uint32_t minimum_os = 0;
  uint32_t sdk = 0;
};

// A section whose content is a file: -sectcreate.
struct SectionFile {
  std::string segment, section, path;
};

struct SegmentProtection {
  std::string segment;
  uint32_t maximum = 0, initial = 0;  // VM_PROT bits
};

// What only outputs of the Darwin dialect have.
struct DarwinOptions {
  bool is_bundle = false;
  bool is_preload = false;    // -preload, -kernel: no loader, no unmapped first pages
  bool is_loader = false;     // -dylinker
  std::string bundle_loader;  // the program that will load the bundle, and whose names it may use
  std::string install_name;
  uint32_t current_version = 0, compatibility_version = 0;
  std::vector<std::pair<std::string, std::string>> library_versions;  // the options that set them, as they were given
  std::string final_output;                        // -final_output: what the output will be called in the end
  std::optional<PlatformVersion> second_platform;  // macOS and Mac Catalyst share one output
  std::vector<std::string> system_roots;           // -syslibroot, each
  std::vector<std::string> framework_paths;        // -F
  std::vector<std::string> standard_framework_paths;
  bool searches_shared_first = false;          // -search_dylibs_first: in all directories before any archive
  bool reports_search = false;                 // --print-dylib-search: where libraries are looked for
  bool names_given_libraries_only = false;     // -no_implicit_dylibs: libraries that others pass on are not named
  bool is_classic = false;                     // tables as before macOS 10.6
  bool is_flat = false;                        // -flat_namespace
  bool finds_undefined_at_run_time = false;    // -undefined dynamic_lookup
  std::vector<std::string> found_at_run_time;  // -U
  std::vector<std::string> exported, exported_lists, unexported, unexported_lists, reexported_lists;
  bool exports_nothing = false;                                    // -no_exported_symbols
  std::vector<std::string> kept_local_lists, dropped_local_lists;  // -non_global_symbols_[no_]strip_list
  std::vector<std::string> syntax_trees;                           // -add_ast_path: for debuggers of Swift
  std::vector<std::string> allowable_clients, sub_umbrellas, sub_libraries;
  std::string umbrella, client_name;
  std::string executable_path;  // of the program that will load the output
  std::vector<SectionFile> created_sections;
  std::vector<std::pair<std::string, std::string>> renamed_sections;  // "__DATA,__a" to "__DATA,__b"
  std::vector<std::pair<std::string, std::string>> renamed_segments;
  std::vector<std::pair<std::string, uint64_t>> segment_addresses;
  std::vector<SegmentProtection> protections;
  std::vector<std::pair<std::string, uint64_t>> section_alignments;  // "__DATA,__a"
  std::vector<std::string> environment;                              // -dyld_env
  std::vector<std::string> order_files;
  std::optional<uint64_t> page_zero_size;
  std::optional<uint64_t> segment_alignment;  // -segalign
  uint64_t header_pad = 32;
  bool pads_for_install_names = false;
  std::string init_function;
  Answer chained_fixups = Answer::Unset, data_const = Answer::Unset, code_signature = Answer::Unset;
  Answer uuid = Answer::Unset, function_starts = Answer::Unset, data_in_code = Answer::Unset;
  Answer source_version = Answer::Unset;
  Answer encryption = Answer::Unset;  // -[no_]encryption: code can be encrypted later
  bool keeps_frames = false;          // -keep_dwarf_unwind
  uint64_t source_version_value = 0;
  bool drops_unused_libraries = false;  // -dead_strip_dylibs
  bool may_be_dropped = false;          // -mark_dead_strippable_dylib
  bool is_extension_safe = false;       // -application_extension
  bool is_interposable = false;         // -interposable: calls to exported functions can be redirected
  bool allows_stack_execution = false, has_executable_heap = false;
  bool is_kext = false;                         // -kext: for the kernel, which binds by relocations
  bool keeps_private_names = false;             // -keep_private_externs: with -r, hidden names stay so
  Answer lazy_binding = Answer::Unset;          // functions of libraries are bound when they are first called
  std::vector<std::string> interposable_lists;  // -interposable_list
  bool reports_members = false;                 // -why_load
  std::string path_prefix;                      // -oso_prefix
  bool adds_underscores = true;                 // to the names of objects that are translated (ELF)
  bool ignores_hints = false;                   // -ignore_optimization_hints
  Answer init_offsets = Answer::Unset;        // -init_offsets: initialisers as offsets that the loader need not adjust
  bool refuses_foreign = false;               // -arch_errors_fatal: files for other CPUs are errors
  bool names_architecture = false;            // -arch_multiple: messages do
  bool warns_of_install_name = false;         // --warn-dylib-install-name
  bool warns_of_runtime_paths = true;         // --warn-duplicate-rpath
  std::string lto_library;                    // -lto_library: LLVM's plugin lies beside it
  bool has_small_objc_stubs = false;          // -objc_stubs_small
  bool merges_categories = false;             // -objc_category_merging
  bool has_relative_method_lists = false;     // -objc_relative_method_lists
  std::vector<std::string> ignored_requests;  // --ignore-auto-link-option: of libraries and frameworks
};

// How code uses an imported name. Inferred: its relocations say whether it is called or read.
enum class ImportForm : uint8_t {
  Inferred,
  Function,  // the name is the function: calls go through a stub
  Pointer,   // the name is a word of the output that holds the address
};

// --dynimport, or a record in an object: a name that a shared library defines, which need not be there when the output
// is linked.
struct ImportRequest {
  std::string local;    // what code calls it
  std::string remote;   // what the library calls it
  std::string version;  // empty: none is asked for
  std::string library;  // as the loader is told
  ImportForm form = ImportForm::Inferred;
  bool operator==(const ImportRequest&) const = default;
};

// --shuffle-sections: sections of the inputs that match stand in an order that follows from `seed` alone.
struct SectionShuffle {
  std::string glob;
  uint64_t seed = 0;
  bool is_reversed = false;  // instead: the last comes first
};

// A --defsym or a script assignment: NAME = EXPRESSION, evaluated after layout.
struct SymbolAssignment {
  std::string name;
  std::string expression;  // source text; parsed by ld/expression.h
  std::string source = "--defsym";
  bool is_provided = false;  // PROVIDE: only if it is referred to and nobody else defines it
  bool is_hidden = false;
};

// --tls-slot: a name by which code means one of the two words the target keeps for a runtime beside its thread
// register.
struct TlsSlot {
  std::string name;
  uint32_t index = 0;
};

// --image and what goes with it.
struct ImageOptions {
  ImageKind kind = ImageKind::None;
  bool has_multiboot = false;            // elf,multiboot
  bool is_polyglot = false;              // disk,poly: an ELF file as well
  bool has_runtime = true;               // --nostdrt clears it
  std::optional<uint64_t> load_address;  // physical address of the first byte
};

struct Options {
  std::string program_name = "xld";  // argv[0], for messages

  // Target and output
  Target target;  // fields the user fixed; Unknown ones follow the first object
  std::optional<uint64_t> image_base;
  std::optional<uint64_t> max_page_size;
  std::optional<uint64_t> common_page_size;
  std::string output = "a.out";  // "-" is standard output
  bool output_given = false;
  OutputFormatKind output_format = OutputFormatKind::Object;
  std::string dynamic_linker;
  bool no_dynamic_linker = false;
  bool is_static = false;  // -static
  bool is_pie = false;
  bool is_shared = false;
  bool is_relocatable = false;
  bool export_dynamic = false;
  bool emit_relocs = false;
  bool define_common = false;                     // -d: with -r, common symbols are given storage
  bool force_group_allocation = false;            // with -r, groups are dissolved
  bool unique_sections = false;                   // --unique: with -r, sections that are not well-known stay apart
  std::vector<std::string> unique_section_globs;  // --unique=GLOB
  DynamicOptions dynamic;
  PlatformVersion platform;
  DarwinOptions darwin;
  ImageOptions image;

  // Inputs
  std::vector<InputOption> inputs;
  InputOption requested;                               // facts of the inputs that objects ask for
  bool ignores_requests = false;                       // --no-dependent-libraries, -ignore_auto_link
  std::vector<std::string> search_paths;               // -L, in order; a leading '=' or $SYSROOT stands for the sysroot
  std::vector<std::string> shared_suffixes = {".so"};  // of what -l finds, best first
  std::string_view missing_library = "unable to find library -l";  // as users of the dialect know the message
  std::string sysroot;
  std::vector<std::string> standard_paths;  // searched after those, if there is a sysroot
  bool no_standard_paths = false;           // -nostdlib, -Z
  bool passes_over_libraries = false;       // with -r and -static, a warning: drivers name some whatever is made
  bool passes_over_foreign = false;         // libraries and members for other CPUs are left out with a warning
  bool finds_objects = false;               // -lNAME.o is that file in the search path
  std::vector<PluginOption> plugins;
  std::vector<std::string> lto_options;  // for LLVM's plugin, in its words; --lto-… and their like
  bool finds_plugin = false;             // LLVM's is looked for, although no option speaks of it
  std::vector<std::pair<std::string, std::string>> remapped_inputs;  // --remap-inputs: glob, file; empty: left out

  // Symbols
  std::string entry;  // -e: a symbol or a number
  bool entry_given = false;
  std::string init_function = "_init";
  std::string fini_function = "_fini";
  std::vector<std::string> undefined;         // -u
  std::vector<std::string> undefined_globs;   // --undefined-glob
  std::vector<std::string> require_defined;   // --require-defined
  std::vector<RequiredName> must_be_found;    // -u of ld64: here, or in a library
  std::vector<std::string> wrapped;           // --wrap
  std::vector<SymbolAssignment> assignments;  // --defsym, in order
  std::vector<TlsSlot> tls_slots;             // --tls-slot
  std::vector<ImportRequest> imports;         // --dynimport
  bool forbids_imports = false;               // -d, as the linkers before had it: nothing is left to a loader
  bool indirect_slots = false;                // --tls-indirect: slots are reached through the thread pointer
  std::vector<std::string> raw_slot_files;    // --tls-raw: globs of files whose code uses slots without names
  std::vector<std::string> trace_symbols;     // -y
  std::vector<std::string> version_scripts;
  std::vector<std::string> ignored_undefined;  // --ignore-unresolved-symbol
  std::vector<std::string> keep_unique;        // --keep-unique: not folded by --icf
  bool allow_multiple_definition = false;
  bool keeps_output = false;  // --noinhibit-exec: errors that leave something to write are warnings
  bool warn_common = false;
  CommonOrder common_order = CommonOrder::FirstSeen;  // --sort-common
  UnresolvedPolicy unresolved = UnresolvedPolicy::Default;
  StripMode strip = StripMode::None;
  DiscardMode discard = DiscardMode::Default;  // --discard-none, -X, -x
  std::string retain_symbols_file;
  std::string symbol_ordering_file;      // --symbol-ordering-file: functions and data in the order of a list
  std::string section_ordering_file;     // --section-ordering-file: sections of the inputs in the order of patterns
  std::string call_graph_ordering_file;  // --call-graph-ordering-file: what calls what, and how often
  std::vector<SectionShuffle> shuffles;  // --shuffle-sections: each that matches is applied
  bool sorts_by_calls = true;            // by such numbers of the objects' own, if no file says how
  bool warn_symbol_ordering = true;      // of names in files of that kind that are not there
  bool demangle = true;

  // Sections
  std::vector<std::string> discarded_sections;  // --discard-section: sections of the inputs that are left out
  bool joins_similar_names = false;             // --relocatable-merge-sections: with -r, .text.f becomes .text
  uint32_t spare_segments = 0;                  // --spare-program-headers: unused ones, for tools that add segments
  bool gc_sections = false;
  bool print_gc_sections = false;
  bool keeps_exported = false;  // --gc-keep-exported: a program's global names, too
  bool start_stop_gc = false;   // -z start-stop-gc
  IcfMode icf = IcfMode::None;
  bool print_icf_sections = false;
  int optimize = 1;  // -O0: no string merging; -O2: suffix merging
  bool relax = true;
  bool eh_frame_header = false;
  bool describes_stubs = true;  // --ld-generated-unwind-info: stubs have records in .eh_frame
  BuildIdKind build_id = BuildIdKind::None;
  std::vector<uint8_t> build_id_bytes;  // for Hex
  bool gdb_index = false;
  std::optional<std::string> debug_file;  // --separate-debug-file; empty: named after the output
  std::string package_metadata;           // --package-metadata, decoded
  Compression debug_compression;
  std::vector<SectionCompression> section_compressions;  // --compress-sections: the last that matches counts
  bool execstack = false;                                // -z execstack
  bool noexecstack = false;                              // -z noexecstack
  std::optional<bool> warn_execstack;  // warn of an executable stack; neither: unless -z execstack asks for it
  bool relro = true;
  SeparateCode separate_code = SeparateCode::Code;
  bool omagic = false;  // -N
  bool nmagic = false;  // -n
  bool rosegment = true;
  std::string keep_first;  // --keep-first: its section stands before all others
  ThreadSegment thread_segment = ThreadSegment::AsCompiled;
  std::map<std::string, uint64_t> section_start;  // --section-start, -Ttext, -Tdata, -Tbss
  std::optional<uint64_t> text_segment;           // -Ttext-segment
  std::optional<uint64_t> physical_base;          // LMA of the first segment, if apart from its VMA
  bool emit_gnu_property = true;
  uint32_t x86_feature_1_force = 0;  // -z ibt, -z shstk: GNU_PROPERTY_X86_FEATURE_1_AND bits to set
  // -z cet-report …: how objects without a feature are reported, by its bit of GNU_PROPERTY_X86_FEATURE_1_AND
  std::map<uint32_t, ReportLevel> x86_feature_reports;
  uint32_t x86_isa_needed = 0;            // -z x86-64-v2 …: GNU_PROPERTY_X86_ISA_1_NEEDED bits to set
  bool allows_overflow = false;           // -z noreloc-overflow: values that do not fit their field are cut off
  bool nosectionheader = false;           // -z nosectionheader
  bool keep_text_section_prefix = false;  // -z keep-text-section-prefix: .text.hot … stay apart
  StartStopVisibility start_stop_visibility = StartStopVisibility::Protected;
  bool needs_writable_code = false;                                 // -z wxneeded: exempt from OpenBSD's W^X
  bool no_branch_tracking = false;                                  // -z nobtcfi: exempt from OpenBSD's branch tracking
  uint64_t stack_size = 0;                                          // -z stack-size
  std::vector<std::pair<std::string, uint64_t>> dead_reloc_values;  // -z dead-reloc-in-nonalloc=GLOB=VALUE

  // Reports
  std::string map_file;  // "-" is standard output
  MapForm map_form = MapForm::Gnu;
  std::string json_map_file;    // --map=json[:FILE]
  std::string tls_report_file;  // --tls-report; "-" is standard output
  bool cref = false;
  bool trace_files = false;                         // -t
  SearchReport search_report = SearchReport::None;  // --verbose, Darwin's -v: where -l looks
  bool print_stats = false;
  std::string time_trace_file;
  std::string dependency_file;       // a makefile rule
  std::string dependency_info_file;  // the same as records, as Xcode reads them
  std::string reproduce_file;
  std::string why_extract_file;    // a table of archive members and what wanted them
  std::string archive_stats_file;  // a table of archives and how many of their members were taken
  std::string symbol_order_file;   // --print-symbol-order: functions as a profile has put them
  std::string stub_library;        // --emit-stub-library: a library of the imports' names, for other linkers
  std::vector<std::string> why_live;

  // Messages and the machine
  size_t error_limit = 20;
  bool fatal_warnings = false;
  bool no_warnings = false;
  bool color = false;
  bool color_given = false;     // else main colours a terminal
  bool releases_memory = true;  // false: the process ends with the link, and the kernel takes everything back faster
  uint32_t threads = 0;         // 0: as many as the machine lends us
  ThreadLender* thread_lender = nullptr;  // asked before each thread but the first; outlives the link
  std::vector<std::string> arguments;     // the command line after @file expansion, for --reproduce
};

}  // namespace xld
