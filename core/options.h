// Options: everything the user asked for, already parsed. Plain data, immutable once the link starts.
//
// The command line is one way to fill it (ld/command_line.h), a program that uses xld as a library the other
// (ld/xld.h). Order-dependent options have been turned into facts of the inputs they apply to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/target.h"

namespace xld {

enum class InputKind : uint8_t {
  File,        // a path as given
  Library,     // -lNAME: lib<NAME>.so, lib<NAME>.a or, for -l:FILE, FILE in the search paths
  StartGroup,  // --start-group; archives are searched again and again in any case
  EndGroup,
};

struct InputOption {
  InputKind kind = InputKind::File;
  std::string name;
  bool whole_archive = false;
  bool as_needed = false;
  bool is_static = false;     // -Bstatic: -l finds archives only
  bool is_lazy = false;       // between --start-lib and --end-lib: objects behave as archive members
  bool is_binary = false;     // -b binary: the file is data, not an object
  bool just_symbols = false;  // -R FILE: take its symbols, not its sections
};

enum class StripMode : uint8_t { None, Debug, All };
// Local symbols that are left out. Default: temporary ones in sections of strings that may be shared.
enum class DiscardMode : uint8_t { Default, None, TemporaryLocals, AllLocals };
enum class CommonOrder : uint8_t { FirstSeen, FallingAlignment, RisingAlignment };
enum class IcfMode : uint8_t { None, Safe, All };
enum class BuildIdKind : uint8_t { None, Fast, Md5, Sha1, Sha256, Uuid, Hex };
enum class SeparateCode : uint8_t { Code, None, LoadableSegments };
// Default: what is undefined is an error, but for a shared library, whose users may define it.
enum class UnresolvedPolicy : uint8_t { Default, Error, Warn, Ignore };
enum class OutputFormatKind : uint8_t { Object, Binary };
enum class HashStyle : uint8_t { Both, Sysv, Gnu, None };
enum class SymbolicBinding : uint8_t { None, All, Functions, NonWeak, NonWeakFunctions };  // -Bsymbolic*
enum class StartStopVisibility : uint8_t { Default, Internal, Hidden, Protected };

// What only a dynamically linked output is made of. Accepted for static ones, which have no use for it.
struct DynamicOptions {
  std::string soname;
  std::string auxiliary;  // -f
  std::string filter;     // -F
  std::string audit;
  std::string dependency_audit;              // -P
  std::vector<std::string> runtime_paths;    // -rpath
  std::vector<std::string> link_time_paths;  // -rpath-link
  bool new_tags = true;                      // --enable-new-dtags: DT_RUNPATH, not DT_RPATH
  HashStyle hash_style = HashStyle::Both;
  SymbolicBinding symbolic = SymbolicBinding::None;
  std::vector<std::string> lists;                  // --dynamic-list
  std::vector<std::string> exported_symbols;       // --export-dynamic-symbol
  std::vector<std::string> exported_symbol_lists;  // --export-dynamic-symbol-list
  std::vector<std::string> excluded_libraries;     // --exclude-libs
  bool bind_now = false;                           // -z now
  bool pack_relative_relocs = false;
  bool allow_text_relocs = false;  // -z notext
  bool copy_relocs = true;
  std::vector<std::string> flags;  // -z nodelete, origin … : loader flags by their names
};

// What LC_BUILD_VERSION says. Versions are packed as xxxx.yy.zz, 16 and twice 8 bits.
struct PlatformVersion {
  std::string platform;  // "macos"
  uint32_t minimum_os = 0;
  uint32_t sdk = 0;
};

// A --defsym or a script assignment: NAME = EXPRESSION, evaluated after layout.
struct SymbolAssignment {
  std::string name;
  std::string expression;  // source text; parsed by ld/expression.h
};

struct Options {
  std::string program_name = "xld";  // argv[0], for messages

  // Target and output
  Target target;  // fields the user fixed; Unknown ones follow the first object
  std::optional<uint64_t> image_base;
  std::optional<uint64_t> max_page_size;
  std::optional<uint64_t> common_page_size;
  std::string output = "a.out";  // "-" is standard output
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

  // Inputs
  std::vector<InputOption> inputs;
  std::vector<std::string> search_paths;  // -L, in order; a leading '=' or $SYSROOT stands for the sysroot
  std::string sysroot;
  bool no_standard_paths = false;  // -nostdlib

  // Symbols
  std::string entry;  // -e: a symbol or a number
  bool entry_given = false;
  std::string init_function = "_init";
  std::string fini_function = "_fini";
  std::vector<std::string> undefined;         // -u
  std::vector<std::string> undefined_globs;   // --undefined-glob
  std::vector<std::string> require_defined;   // --require-defined
  std::vector<std::string> wrapped;           // --wrap
  std::vector<SymbolAssignment> assignments;  // --defsym, in order
  std::vector<std::string> trace_symbols;     // -y
  std::vector<std::string> version_scripts;
  std::vector<std::string> ignored_undefined;  // --ignore-unresolved-symbol
  std::vector<std::string> keep_unique;        // --keep-unique: not folded by --icf
  bool allow_multiple_definition = false;
  bool warn_common = false;
  CommonOrder common_order = CommonOrder::FirstSeen;  // --sort-common
  UnresolvedPolicy unresolved = UnresolvedPolicy::Default;
  StripMode strip = StripMode::None;
  DiscardMode discard = DiscardMode::Default;  // --discard-none, -X, -x
  std::string retain_symbols_file;
  bool demangle = true;

  // Sections
  bool gc_sections = false;
  bool print_gc_sections = false;
  bool start_stop_gc = false;  // -z start-stop-gc
  IcfMode icf = IcfMode::None;
  bool print_icf_sections = false;
  int optimize = 1;  // -O0: no string merging; -O2: suffix merging
  bool relax = true;
  bool eh_frame_header = false;
  BuildIdKind build_id = BuildIdKind::None;
  std::vector<uint8_t> build_id_bytes;  // for Hex
  bool execstack = false;               // -z execstack
  bool noexecstack = false;             // -z noexecstack
  std::optional<bool> warn_execstack;   // warn of an executable stack; neither: unless -z execstack asks for it
  bool relro = true;
  SeparateCode separate_code = SeparateCode::Code;
  bool omagic = false;  // -N
  bool nmagic = false;  // -n
  bool rosegment = true;
  std::map<std::string, uint64_t> section_start;  // --section-start, -Ttext, -Tdata, -Tbss
  std::optional<uint64_t> text_segment;           // -Ttext-segment
  std::optional<uint64_t> rodata_segment;         // -Trodata-segment
  std::optional<uint64_t> physical_base;          // LMA of the first segment, if apart from its VMA
  bool emit_gnu_property = true;
  uint32_t x86_feature_1_force = 0;       // -z ibt, -z shstk: GNU_PROPERTY_X86_FEATURE_1_AND bits to set
  bool nosectionheader = false;           // -z nosectionheader
  bool keep_text_section_prefix = false;  // -z keep-text-section-prefix: .text.hot … stay apart
  StartStopVisibility start_stop_visibility = StartStopVisibility::Protected;
  bool needs_writable_code = false;                   // -z wxneeded: exempt from OpenBSD's W^X
  bool no_branch_tracking = false;                    // -z nobtcfi: exempt from OpenBSD's branch tracking
  uint64_t stack_size = 0;                            // -z stack-size
  std::map<std::string, uint64_t> dead_reloc_values;  // -z dead-reloc-in-nonalloc=GLOB=VALUE

  // Reports
  std::string map_file;       // "-" is standard output
  std::string json_map_file;  // --map=json[:FILE]
  bool cref = false;
  bool trace_files = false;  // -t
  bool print_stats = false;
  std::string time_trace_file;
  std::string dependency_file;
  std::string reproduce_file;
  std::vector<std::string> why_live;
  bool verbose = false;

  // Messages and the machine
  size_t error_limit = 20;
  bool fatal_warnings = false;
  bool no_warnings = false;
  bool color = false;
  bool color_given = false;     // else main colours a terminal
  bool releases_memory = true;  // false: the process ends with the link, and the kernel takes everything back faster
  uint32_t threads = 0;         // 0: as many as the machine lends us
  std::vector<std::string> arguments;  // the command line after @file expansion, for --reproduce
};

}  // namespace xld
