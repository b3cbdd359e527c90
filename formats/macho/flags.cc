// The options of the Darwin dialect. Form of the rows: formats/flags.h.
//
// ld64's own options have one dash and their values in the words that follow; those that LLD added have two dashes
// and take their values after an equals sign. The set is what a compiler driver passes for a simple link, and the
// options of the GNU dialect that are useful here, too.
#include "formats/macho/flags.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/flag_index.h"
#include "formats/flag_setters.h"
#include "formats/macho/library.h"

namespace xld::macho {
namespace {

using enum ValueKind;
using enum Effect;

void set_version(OptionContext& context, const OptionUse& use, std::string_view text, uint32_t& version) {
  const auto parsed = parse_packed_version(text);
  if (!parsed) return context.error(fmt::format("{}: '{}' is not a version such as 10.15.1", use.spelling, text));
  version = *parsed;
}

void set_platform_version(OptionContext& context, const OptionUse& use) {
  PlatformVersion& platform = context.options.platform;
  platform.platform = use.value;
  set_version(context, use, use.more[0], platform.minimum_os);
  set_version(context, use, use.more[1], platform.sdk);
}

void set_minimum_version(OptionContext& context, const OptionUse& use) {
  PlatformVersion& platform = context.options.platform;
  platform.platform = "macos";
  set_version(context, use, use.value, platform.minimum_os);
  platform.sdk = platform.minimum_os;
}

void choose_architecture(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<std::string_view> kArchitectures[] = {
      {"x86_64", "darwin-amd64"}, {"i386", "darwin-386"}, {"arm64", "darwin-arm64"}};
  const auto target = choose_named(context, use, kArchitectures);
  if (target) apply_target_name(*find_target_name(TargetNameKind::Target, *target), context.options.target);
}

void choose_undefined(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<UnresolvedPolicy> kPolicies[] = {{"error", UnresolvedPolicy::Error},
                                                               {"warning", UnresolvedPolicy::Warn},
                                                               {"suppress", UnresolvedPolicy::Ignore},
                                                               {"dynamic_lookup", UnresolvedPolicy::Ignore}};
  if (const auto policy = choose_named(context, use, kPolicies)) context.options.unresolved = *policy;
}

// -filelist FILE[,DIRECTORY]: one path a line, each inside DIRECTORY.
void add_file_list(OptionContext& context, const OptionUse& use) {
  const size_t comma = std::min(use.value.find(','), use.value.size());
  const std::string path(use.value.substr(0, comma));
  const std::string_view directory = use.value.substr(std::min(comma + 1, use.value.size()));
  const auto text = context.files.read ? context.files.read(path) : std::nullopt;
  if (!text) return context.error(fmt::format("{}: cannot read '{}'", use.spelling, path));
  std::string_view rest = *text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    context.add_input(InputKind::File, directory.empty() ? std::string(line) : fmt::format("{}/{}", directory, line));
  }
}

void add_whole_archive(OptionContext& context, const OptionUse& use) {
  context.add_input(InputKind::File, use.value);
  context.options.inputs.back().whole_archive = true;
}

void set_pie(OptionContext& context, const OptionUse& use) {
  context.options.is_pie = use.is_on;
}

void apply_defaults(Options& options) {
  options.target.format = ObjectFormat::MachO;
  options.target.os = OperatingSystem::Darwin;
  options.is_pie = true;
}

constexpr OptionRow kGeneral[] = {
    {"--help", None, "", "print this text", request<&CommandRequest::help>},
    {"-v", None, "", "print the version, and link if there is something to link",
     request<&CommandRequest::version_and_link>},
    {"--version", None, "", "print the version", request<&CommandRequest::version>},
    {"--print-targets", None, "", "print the version and the targets", request<&CommandRequest::targets>},
    {"--[no-]color-diagnostics", Optional, "WHEN", "colour messages: always (default), never, auto", set_color},
    {"-demangle", None, "", "show names as the source has them (default)", set<&Options::demangle>},
    {"-no_demangle", None, "", "show names as the object has them", set<&Options::demangle, false>},
    {"--error-limit", Required, "N", "stop reporting after N errors (20; 0: never)", set_number<&Options::error_limit>},
    {"-fatal_warnings", None, "", "warnings are errors", set<&Options::fatal_warnings>},
    {"-w", None, "", "print no warnings", set<&Options::no_warnings>},
    {"--[no-]threads", Optional, "N", "use N threads; as many as there are processors by default", set_threads},
};

constexpr OptionRow kOutput[] = {
    {"-o", Separate, "FILE", "write the output to FILE (a.out)", set_text<&Options::output>},
    {"-arch", Separate, "CPU", "link for x86_64, i386 or arm64", choose_architecture},
    {"--target", Required, "TARGET", "link for TARGET, such as darwin-amd64; see --print-targets", set_target},
    {"-platform_version", Separate, "PLATFORM MINIMUM SDK", "where the output will run", set_platform_version},
    {"-macosx_version_min -macos_version_min", Separate, "VERSION", "the oldest macOS the output will run on",
     set_minimum_version},
    {"-static", None, "", "the output needs no loader", set<&Options::is_static>},
    {"-dynamic", None, "", "the output is started by the loader (default)", set<&Options::is_static, false>},
    {"-[no_]pie", None, "", "make a position-independent executable (default)", set_pie},
    {"-e", Separate, "SYMBOL", "start at SYMBOL (_main; with -static: start)", set_entry},
    {"-image_base -seg1addr", Separate, "ADDRESS", "address of the first segment", set_address<&Options::image_base>},
    {"-stack_size", Separate, "SIZE", "size of the main stack", set_number<&Options::stack_size>},
    {"-s", None, "", "leave out the symbol table and debug information", set<&Options::strip, StripMode::All>},
    {"-S", None, "", "leave out debug information", set<&Options::strip, StripMode::Debug>},
    {"-x", None, "", "leave out local symbols", set<&Options::discard, DiscardMode::AllLocals>},
};

constexpr OptionRow kInputs[] = {
    {"-l", Required, "NAME", "link lib<NAME> from the search path", add_library},
    {"-L", Required, "DIRECTORY", "search DIRECTORY", append_text<&Options::search_paths>},
    {"-syslibroot", Separate, "DIRECTORY", "where the target's files are", set_text<&Options::sysroot>},
    {"-Z", None, "", "search no directory but those of -L", set<&Options::no_standard_paths>},
    {"-filelist", Separate, "FILE[,DIRECTORY]", "read names of inputs from FILE", add_file_list},
    {"-all_load", None, "", "take all members of the archives that follow",
     set_following<&InputOption::whole_archive, true>},
    {"-noall_load", None, "", "take the members that are needed (default)",
     set_following<&InputOption::whole_archive, false>},
    {"-force_load", Separate, "FILE", "take all members of the archive FILE", add_whole_archive},
    {"--start-lib", None, "", "the objects that follow behave as if in an archive", set_lazy_inputs},
    {"--end-lib", None, "", "end of --start-lib", clear_lazy_inputs},
};

constexpr OptionRow kContents[] = {
    {"-u", Separate, "SYMBOL", "SYMBOL must become defined", append_text<&Options::require_defined>},
    {"-undefined", Separate, "POLICY", "error (default), warning, suppress, dynamic_lookup", choose_undefined},
    {"-dead_strip", None, "", "leave out what nothing refers to", set<&Options::gc_sections>},
    {"--icf", Required, "MODE", "fold identical functions: all, safe, none", set_icf},
    {"-no_deduplicate", None, "", "do not fold identical functions (default)", set<&Options::icf, IcfMode::None>},
};

constexpr OptionRow kReports[] = {
    {"-map", Separate, "FILE", "write a map", set_text<&Options::map_file>},
    {"-t", None, "", "list the files that are linked", set<&Options::trace_files>},
    {"-why_live", Separate, "SYMBOL", "say what keeps SYMBOL from -dead_strip", append_text<&Options::why_live>},
    {"--stats", None, "", "print numbers about the link", set<&Options::print_stats>},
    {"--time-trace", Optional, "FILE", "write where the time went, for Chrome's trace viewer", set_time_trace},
    {"--reproduce", Required, "FILE", "write all inputs and the command line to a tar file",
     set_text<&Options::reproduce_file>},
};

constexpr OptionRow kNoEffect[] = {
    {"-execute", None, "", "what it asks for is the default"},
    {"-search_paths_first -search_dylibs_first", None, "", "only archives are found"},
    {"-lto_library", Separate, "FILE", "drivers always pass it; an LTO object in the input is an error"},
    {"-mllvm", Separate, "OPTION", "drivers always pass it; an LTO object in the input is an error"},
    {"-object_path_lto", Separate, "FILE", "drivers always pass it; an LTO object in the input is an error"},
    {"-headerpad", Separate, "SIZE", "load commands are never added later"},
    {"-headerpad_max_install_names", None, "", "load commands are never added later"},
    {"-dead_strip_dylibs -no_implicit_dylibs -export_dynamic", None, "", "only for dynamic linking"},
    {"-rpath -exported_symbol -exported_symbols_list -unexported_symbols_list", Separate, "VALUE",
     "only for dynamic linking"},
    {"-no_function_starts -function_starts -no_data_in_code_info -data_in_code_info", None, "",
     "xld writes what the system asks for"},
    {"-adhoc_codesign -no_adhoc_codesign -random_uuid -no_uuid", None, "", "xld writes what the system asks for"},
    {"-no_compact_unwind -keep_dwarf_unwind -no_keep_dwarf_unwind", None, "", "xld writes what the system asks for"},
    {"-no_warn_duplicate_libraries -no_warn_inits", None, "", "xld has no such warning"},
    {"-no_objc_category_merging -objc_category_merging", None, "", "categories are kept as they are"},
    {"-fuse-ld", Required, "NAME", "meant for the compiler driver"},
};

constexpr OptionRow kNotYet[] = {
    {"-r", None, "", "relocatable output cannot be made", set<&Options::is_relocatable>},
    {"-dylib -dylinker -bundle", None, "", "only executables can be made", set<&Options::is_shared>},
    {"-preload -kext", None, "", "only executables can be made"},
    {"-bundle_loader -install_name -current_version -compatibility_version -dylib_install_name", Separate, "VALUE",
     "only executables can be made"},
    {"-framework -needed_framework -weak_framework -reexport_framework -F", Separate, "NAME",
     "frameworks are not searched"},
    {"-weak_library -needed_library -reexport_library -load_hidden", Separate, "FILE", "name the file as an input"},
    {"-weak-l -needed-l -reexport-l -hidden-l", Joined, "NAME", "use -l"},
    {"-ObjC", None, "", "use -all_load"},
    {"-order_file", Separate, "FILE", "functions keep the order of the input"},
    {"-sectorder", Separate, "SEGMENT SECTION FILE", "functions keep the order of the input"},
    {"-sectcreate -segcreate", Separate, "SEGMENT SECTION FILE", "sections come from objects"},
    {"-add_empty_section", Separate, "SEGMENT SECTION", "sections come from objects"},
    {"-rename_section", Separate, "SEGMENT SECTION SEGMENT SECTION", "sections keep their names"},
    {"-rename_segment", Separate, "SEGMENT SEGMENT", "segments keep their names"},
    {"-segaddr", Separate, "SEGMENT ADDRESS", "segments follow each other"},
    {"-segprot", Separate, "SEGMENT MAXIMUM INITIAL", "segments have their usual protection"},
    {"-pagezero_size", Separate, "SIZE", "the unmapped first pages have their usual size"},
    {"-alias", Separate, "SYMBOL ALIAS", "define the alias in an object"},
    {"-dependency_info", Separate, "FILE", "leave it out"},
    {"-why_load -whyload", None, "", "the map says why archive members were taken"},
    {"-umbrella -allowable_client -client_name -sub_library -sub_umbrella", Separate, "NAME",
     "only executables can be made"},
};

constexpr OptionGroup kGroups[] = {
    {"General", Implemented, kGeneral},         {"Output", Implemented, kOutput},
    {"Inputs, in order", Implemented, kInputs}, {"Symbols and sections", Implemented, kContents},
    {"Reports", Implemented, kReports},         {"Accepted without effect", NoEffect, kNoEffect},
    {"Not supported yet", NotYet, kNotYet},
};

constexpr auto kNames = make_option_index<kGroups>();
static_assert(has_unique_names(kNames));

}  // namespace

Dialect darwin_dialect() {
  return {.name = "darwin", .options = {kGroups, kNames}, .keywords = {}, .apply_defaults = apply_defaults};
}

}  // namespace xld::macho
