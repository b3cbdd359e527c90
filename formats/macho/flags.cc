// The options of the Darwin dialect. Form of the rows: formats/flags.h.
//
// ld64's own options have one dash and their values in the words that follow; those that LLD added have two dashes
// and take their values after an equals sign. The set is what a compiler driver passes for a simple link, and the
// options of the GNU dialect that are useful here, too.
#include "formats/macho/flags.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <fmt/core.h>
#include <sstream>

#include "formats/flag_index.h"
#include "formats/flag_setters.h"
#include "formats/macho/flag_setters.h"
#include "formats/macho/library.h"
#include "formats/macho/platforms.h"

namespace xld::macho {
namespace {

using enum ValueKind;
using enum Effect;

void apply_defaults(Options& options) {
  options.target.format = ObjectFormat::MachO;
  options.target.os = OperatingSystem::Darwin;
  options.is_pie = true;
  options.demangle = false;
  options.map_form = MapForm::Apple;
  options.dynamic.copy_relocs = false;
  options.shared_suffixes = {".tbd", ".dylib", ".so"};
  options.missing_library = "library not found for -l";
  options.standard_paths = {"=/usr/lib", "=/usr/local/lib"};
  options.passes_over_foreign = true;
  options.passes_over_libraries = true;
  options.finds_objects = true;
  options.finds_plugin = true;
  options.darwin.standard_framework_paths = {"=/Library/Frameworks", "=/System/Library/Frameworks"};
}

bool precedes_relative_lists(const PlatformVersion& wanted) {
  const Platform* platform = wanted.minimum_os == 0 ? nullptr : find_platform(wanted.platform);
  return platform && wanted.minimum_os < platform->first.relative_lists;
}

struct Contradiction {
  bool is_there;
  std::string_view text;
};

// Where the objects will be says something to what makes them later.
bool names_later_objects(const Options& options) {
  constexpr std::string_view kFolders = "thinlto-prefix-replace=", kIndexes = "thinlto-index-only=";
  const auto starts_with = [&](std::string_view prefix) {
    return [=](const std::string& option) { return option.starts_with(prefix); };
  };
  const auto folders = std::ranges::find_if(options.lto_options, starts_with(kFolders));
  return folders != options.lto_options.end() && std::ranges::count(*folders, ';') > 1 &&
         std::ranges::none_of(options.lto_options, starts_with(kIndexes));
}

// Options that mean something for libraries only, and those that exclude each other.
void check_options(OptionContext& context) {
  const Options& options = context.options;
  const DarwinOptions& darwin = options.darwin;
  const bool is_library = options.is_shared && !darwin.is_bundle;
  const bool is_program = !options.is_shared && !options.is_relocatable && !darwin.is_loader;
  const bool lists_exports = !darwin.exported.empty() || !darwin.exported_lists.empty();
  const bool lists_hidden = !darwin.unexported.empty() || !darwin.unexported_lists.empty();
  const Contradiction errors[] = {
      {!darwin.kept_local_lists.empty() && !darwin.dropped_local_lists.empty(),
       "cannot use both -non_global_symbols_no_strip_list and -non_global_symbols_strip_list; leave out one of them"},
      {(lists_exports || darwin.exports_nothing) && lists_hidden,
       "cannot use both -exported_symbol* and -unexported_symbol* options; leave out one kind"},
      {lists_exports && darwin.exports_nothing,
       "cannot use both -exported_symbol* and -no_exported_symbols options; leave out one kind"},
      {darwin.chained_fixups == Answer::Yes && !options.is_pie && !options.is_shared && !options.is_relocatable,
       "-fixup_chains is incompatible with -no_pie: chains are for what the loader may move; leave out one of them"},
      {darwin.page_zero_size.value_or(0) != 0 && !is_program,
       "-pagezero_size option can only be used when linking a main executable; leave it out"},
      {names_later_objects(options),
       "--thinlto-prefix-replace=old_dir;new_dir;obj_dir must be used with --thinlto-index-only=, whose file has the "
       "names of the objects"},
      {!darwin.environment.empty() && !is_program,
       "-dyld_env can only be used when creating executable output; leave it out"},
  };
  const Contradiction warnings[] = {
      {!darwin.umbrella.empty() && !is_library, "-umbrella used, but not creating dylib"},
      {darwin.may_be_dropped && !is_library, "-mark_dead_strippable_dylib: ignored, only has effect with -dylib"},
      {darwin.has_relative_method_lists && precedes_relative_lists(options.platform),
       "-objc_relative_method_lists: the oldest system the output is for cannot read such lists; they came with macOS "
       "11, iOS 14 and watchOS 7"},
      {darwin.segment_alignment && !darwin.is_preload, "-segalign: ignored, only has effect with -preload"},
  };
  for (const Contradiction& row : errors)
    if (row.is_there) context.error(std::string(row.text));
  for (const auto& [name, text] : darwin.library_versions)
    if (!is_library) context.error(fmt::format("{} {}: only valid with -dylib", name, text));
  for (const Contradiction& row : warnings)
    if (row.is_there) context.warn(std::string(row.text));
  if (darwin.warns_of_install_name && !darwin.install_name.empty() && !is_library)
    context.warn(fmt::format("-install_name {}: ignored, only has effect with -dylib [--warn-dylib-install-name]",
                             darwin.install_name));
}

void complete(OptionContext& context) {
  drop_equal_paths(context);
  check_options(context);
}

constexpr OptionRow kGeneral[] = {
    {"--help", None, "", "print this text", request<&CommandRequest::help>},
    {"-v -verbose", None, "", "print the version and the search paths, and link if there is something to link",
     print_version},
    {"--version", None, "", "print the version", request<&CommandRequest::version>},
    {"--print-targets", None, "", "print the version and the targets", request<&CommandRequest::targets>},
    {"--[no-]warn-dylib-install-name", None, "", "warn of -install_name where there is no library",
     set_darwin_switch<&DarwinOptions::warns_of_install_name>},
    {"--[no-]warn-duplicate-rpath", None, "", "warn of an -rpath that is there twice (default)",
     set_darwin_switch<&DarwinOptions::warns_of_runtime_paths>},
    {"--[no-]color-diagnostics", Optional, "WHEN", "colour messages: always (default), never, auto", set_color},
    {"-demangle", None, "", "show names as the source has them", set<&Options::demangle>},
    {"-no_demangle", None, "", "show names as the object has them (default)", set<&Options::demangle, false>},
    {"--error-limit", Required, "N", "stop reporting after N errors (20; 0: never)", set_number<&Options::error_limit>},
    {"-fatal_warnings", None, "", "warnings are errors", set<&Options::fatal_warnings>},
    {"-w", None, "", "print no warnings", set<&Options::no_warnings>},
    {"--[no-]threads", Optional, "N", "use N threads; as many as there are processors by default", set_threads},
};

constexpr OptionRow kOutput[] = {
    {"-o", Separate, "FILE", "write the output to FILE (a.out)", set_text<&Options::output>},
    {"-arch", Separate, "CPU", "link for x86_64, i386 or arm64", choose_architecture},
    {"-arch_multiple", None, "", "say in messages for which CPU the link is",
     set_darwin<&DarwinOptions::names_architecture>},
    {"-arch_errors_fatal", None, "", "files for another CPU are errors; else they are passed over with a warning",
     set_darwin<&DarwinOptions::refuses_foreign>},
    {"--target", Required, "TARGET", "link for TARGET, such as darwin-amd64; see --print-targets", set_target},
    {"--elf-names", Required, "FORM",
     "names of ELF objects in a Mach-O output: underscore (default: main is _main), plain", set_elf_names},
    {"-platform_version", Separate, "PLATFORM MINIMUM SDK", "where the output will run", set_platform_version},
    {"-macosx_version_min -macos_version_min", Separate, "VERSION", "the oldest macOS the output will run on",
     set_minimum_version},
    {"-ios_version_min -iphoneos_version_min -ios_simulator_version_min -maccatalyst_version_min "
     "-uikitformac_version_min -tvos_version_min -tvos_simulator_version_min -watchos_version_min "
     "-watchos_simulator_version_min -bridgeos_version_min -driverkit_version_min -xros_version_min",
     Separate, "VERSION", "the same for another platform", set_minimum_version},
    {"-execute", None, "", "make a program (default)", make_program},
    {"-dylib", None, "", "make a dynamic library", set<&Options::is_shared>},
    {"-bundle", None, "", "make a bundle, which a program loads", make_bundle},
    {"-bundle_loader", Separate, "FILE", "the program that loads the bundle, whose names it may use", use_host},
    {"-r", None, "", "join the objects to one that can be linked again", make_relocatable},
    {"-keep_private_externs", None, "", "with -r, hidden names stay visible to the objects it will be linked with",
     set_darwin<&DarwinOptions::keeps_private_names>},
    {"-preload", None, "", "make an image for a system without loader or kernel",
     set_darwin<&DarwinOptions::is_preload>},
    {"-kext", None, "", "make an extension of the kernel", set_darwin<&DarwinOptions::is_kext>},
    {"-dylinker", None, "", "make a loader such as dyld", set_darwin<&DarwinOptions::is_loader>},
    {"-kernel", None, "", "make a kernel: -static without unmapped first pages", make_kernel},
    {"-static", None, "", "the output needs no loader", set<&Options::is_static>},
    {"-dynamic", None, "", "the output is started by the loader (default)", set<&Options::is_static, false>},
    {"-Hdarwin", None, "", "tables as before macOS 10.6", set_darwin<&DarwinOptions::is_classic>},
    {"--macho", Required, "MODE", "auto (default); classic: tables as before macOS 10.6", choose_mode},
    {"-[no_]pie", None, "", "make a position-independent executable (default)", set_pie},
    {"-e", Separate, "SYMBOL", "start at SYMBOL (_main; with -static and before macOS 10.8: start)", set_entry},
    {"-image_base -seg1addr", Separate, "ADDRESS", "address of the first segment", set_address<&Options::image_base>},
    {"-stack_size", Separate, "SIZE", "size of the main stack, hexadecimal", set_stack_size},
    {"-pagezero_size", Separate, "SIZE", "size of the unmapped first pages, hexadecimal",
     set_darwin_address<&DarwinOptions::page_zero_size>},
    {"-install_name -dylib_install_name -dylinker_install_name", Separate, "NAME",
     "what programs that use the library ask the loader for", set_darwin_text<&DarwinOptions::install_name>},
    {"-final_output", Separate, "FILE", "what the output will be called in the end: the name of a library",
     set_darwin_text<&DarwinOptions::final_output>},
    {"-current_version -dylib_current_version", Separate, "VERSION", "the library's version",
     set_darwin_version<&DarwinOptions::current_version>},
    {"-compatibility_version -dylib_compatibility_version", Separate, "VERSION",
     "the oldest version that programs linked with this one can use",
     set_darwin_version<&DarwinOptions::compatibility_version>},
    {"-rpath", Separate, "PATH", "where the loader looks for @rpath libraries", add_runtime_path},
    {"-executable_path", Separate, "PATH", "the program that will load the output: @executable_path in libraries",
     set_darwin_text<&DarwinOptions::executable_path>},
    {"-umbrella", Separate, "NAME", "the framework that stands for the library",
     set_darwin_text<&DarwinOptions::umbrella>},
    {"-allowable_client", Separate, "NAME", "only programs of that name may use the library",
     append_darwin_text<&DarwinOptions::allowable_clients>},
    {"-client_name", Separate, "NAME", "the name for -allowable_client", set_darwin_text<&DarwinOptions::client_name>},
    {"-sub_library", Separate, "NAME", "the library passes on that one",
     append_darwin_text<&DarwinOptions::sub_libraries>},
    {"-sub_umbrella", Separate, "NAME", "the library passes on that framework",
     append_darwin_text<&DarwinOptions::sub_umbrellas>},
    {"-dyld_env", Separate, "NAME=VALUE", "the loader behaves as if the variable were set", add_loader_variable},
    {"-headerpad", Separate, "SIZE", "room for load commands to come, hexadecimal (20)", set_pad},
    {"-headerpad_max_install_names", None, "", "room for library names as long as paths can be",
     set_darwin<&DarwinOptions::pads_for_install_names>},
    {"-[no_]fixup_chains", None, "", "write chained fixups (default from macOS 13 on)",
     set_answer<&DarwinOptions::chained_fixups>},
    {"-[no_]init_offsets", None, "", "write initialisers as offsets (default with chained fixups)",
     set_answer<&DarwinOptions::init_offsets>},
    {"-bind_at_load", None, "", "find functions of libraries when the program is loaded, not when they are called",
     set_darwin<&DarwinOptions::lazy_binding, Answer::No>},
    {"-[no_]data_const", None, "", "keep data that is not written apart (default from macOS 10.15 on)",
     set_answer<&DarwinOptions::data_const>},
    {"-[no_]adhoc_codesign", None, "", "sign the output ad hoc (default for arm64)",
     set_answer<&DarwinOptions::code_signature>},
    {"-[no_]uuid", None, "", "write LC_UUID (default)", set_answer<&DarwinOptions::uuid>},
    {"-[no_]function_starts", None, "", "write LC_FUNCTION_STARTS (default)",
     set_answer<&DarwinOptions::function_starts>},
    {"-[no_]data_in_code_info", None, "", "write LC_DATA_IN_CODE (default)", set_answer<&DarwinOptions::data_in_code>},
    {"-source_version", Separate, "VERSION", "what LC_SOURCE_VERSION says", set_source_version},
    {"-[no_]add_source_version", None, "", "write LC_SOURCE_VERSION (default with -source_version)",
     set_answer<&DarwinOptions::source_version>},
    {"-[no_]encryption -encryptable", None, "", "room for the encryption of programs (default for devices)",
     set_answer<&DarwinOptions::encryption>},
    {"-mark_dead_strippable_dylib", None, "", "programs that do not use the library need not load it",
     set_darwin<&DarwinOptions::may_be_dropped>},
    {"-application_extension", None, "", "the output is safe for application extensions",
     set_darwin<&DarwinOptions::is_extension_safe>},
    {"-no_application_extension", None, "", "it is not (default)",
     set_darwin<&DarwinOptions::is_extension_safe, false>},
    {"-allow_stack_execute", None, "", "the stack is executable", set_darwin<&DarwinOptions::allows_stack_execution>},
    {"-allow_heap_execute", None, "", "i386: the heap is executable", set_darwin<&DarwinOptions::has_executable_heap>},
    {"-flat_namespace -force_flat_namespace", None, "", "names are looked for in all libraries",
     set_darwin<&DarwinOptions::is_flat>},
    {"-twolevel_namespace", None, "", "names are looked for in the library they were found in (default)",
     set_darwin<&DarwinOptions::is_flat, false>},
    {"-oso_prefix", Separate, "PREFIX", "what the debug map leaves out at the beginning of paths",
     set_darwin_text<&DarwinOptions::path_prefix>},
    {"-keep_dwarf_unwind", None, "", "keep call frame records that compact entries make superfluous",
     set_darwin<&DarwinOptions::keeps_frames>},
    {"-no_keep_dwarf_unwind", None, "", "leave them out (default)", set_darwin<&DarwinOptions::keeps_frames, false>},
    {"-s", None, "", "leave out the symbol table and debug information", set<&Options::strip, StripMode::All>},
    {"-S", None, "", "leave out debug information", set<&Options::strip, StripMode::Debug>},
    {"-x", None, "", "leave out local symbols", drop_all_locals},
    {"-non_global_symbols_no_strip_list", Separate, "FILE", "leave out local symbols that FILE does not name",
     add_local_list<&DarwinOptions::kept_local_lists>},
    {"-non_global_symbols_strip_list", Separate, "FILE", "leave out local symbols that FILE names",
     add_local_list<&DarwinOptions::dropped_local_lists>},
    {"-add_ast_path", Separate, "FILE", "note a Swift module for debuggers",
     append_darwin_text<&DarwinOptions::syntax_trees>},
};

constexpr OptionRow kInputs[] = {
    {"-l", Required, "NAME", "link lib<NAME> from the search path", add_library},
    {"-needed-l -lazy-l", Joined, "NAME", "the same; the library is loaded though nothing uses it",
     add_used<InputKind::Library, LibraryUse::Needed>},
    {"-weak-l", Joined, "NAME", "the same; the program can do without the library",
     add_used<InputKind::Library, LibraryUse::Weak>},
    {"-reexport-l", Joined, "NAME", "the same; the library's names are passed on",
     add_used<InputKind::Library, LibraryUse::Reexport>},
    {"-upward-l", Joined, "NAME", "the same; the library needs the output in turn",
     add_used<InputKind::Library, LibraryUse::Upward>},
    {"-hidden-l", Joined, "NAME", "the same; what the archive defines stays inside the output",
     add_hidden<InputKind::Library>},
    {"-needed_library -lazy_library", Separate, "FILE", "FILE is loaded though nothing uses it",
     add_used<InputKind::File, LibraryUse::Needed>},
    {"-weak_library", Separate, "FILE", "the program can do without FILE", add_used<InputKind::File, LibraryUse::Weak>},
    {"-reexport_library", Separate, "FILE", "the names of FILE are passed on",
     add_used<InputKind::File, LibraryUse::Reexport>},
    {"-upward_library", Separate, "FILE", "FILE needs the output in turn",
     add_used<InputKind::File, LibraryUse::Upward>},
    {"-load_hidden", Separate, "FILE", "what the archive FILE defines stays inside the output",
     add_hidden<InputKind::File>},
    {"-framework", Separate, "NAME[,VARIANT]", "link a framework, or a variant of it, from the framework path",
     add_used<InputKind::Framework, LibraryUse::Normal>},
    {"-needed_framework -lazy_framework", Separate, "NAME", "the same; it is loaded though nothing uses it",
     add_used<InputKind::Framework, LibraryUse::Needed>},
    {"-weak_framework", Separate, "NAME", "the program can do without the framework",
     add_used<InputKind::Framework, LibraryUse::Weak>},
    {"-reexport_framework", Separate, "NAME", "the framework's names are passed on",
     add_used<InputKind::Framework, LibraryUse::Reexport>},
    {"-upward_framework", Separate, "NAME", "the framework needs the output in turn",
     add_used<InputKind::Framework, LibraryUse::Upward>},
    {"-L", Required, "DIRECTORY", "search DIRECTORY", append_text<&Options::search_paths>},
    {"-F", Required, "DIRECTORY", "search DIRECTORY for frameworks",
     append_darwin_text<&DarwinOptions::framework_paths>},
    {"-syslibroot", Separate, "DIRECTORY", "where the target's files are: -L, -F and absolute paths mean those below",
     set_system_root},
    {"-no_implicit_dylibs", None, "",
     "name no library to the loader that another one passes on, even if everybody may link it",
     set_darwin<&DarwinOptions::names_given_libraries_only>},
    {"--print-dylib-search", None, "", "say where libraries are looked for, and found",
     set_darwin<&DarwinOptions::reports_search>},
    {"-Z", None, "", "search no directory but those of -L and -F", set<&Options::no_standard_paths>},
    {"-search_paths_first", None, "", "take what the first directory has, library or archive (default)",
     set_darwin<&DarwinOptions::searches_shared_first, false>},
    {"-search_dylibs_first", None, "", "look for libraries in all directories before archives",
     set_darwin<&DarwinOptions::searches_shared_first>},
    {"-filelist", Separate, "FILE[,DIRECTORY]", "read names of inputs from FILE", add_file_list},
    {"-all_load", None, "", "take all members of all archives", set_everywhere<&InputOption::whole_archive>},
    {"-noall_load", None, "", "take the members that are needed (default)",
     clear_everywhere<&InputOption::whole_archive>},
    {"-ObjC", None, "", "take all members of archives that have classes or categories",
     set_everywhere<&InputOption::loads_classes>},
    {"-force_load", Separate, "FILE", "take all members of the archive FILE", add_whole_archive},
    {"-ignore_auto_link", None, "", "pass over libraries that objects ask for", set<&Options::ignores_requests>},
    {"--ignore-auto-link-option", Required, "NAME", "pass over the library or framework NAME if objects ask for it",
     append_darwin_text<&DarwinOptions::ignored_requests>},
    {"-lto_library", Separate, "FILE", "compile LLVM's intermediate code with the plugin LLVMgold.so beside FILE",
     set_darwin_text<&DarwinOptions::lto_library>},
    {"--plugin", Required, "FILE", "compile intermediate code (-flto) with this plugin", add_plugin},
    {"--plugin-opt", Required, "OPTION", "an option for the plugin named before", add_plugin_option},
    {"-mllvm -mcpu -object_path_lto -cache_path_lto", Separate, "VALUE",
     "for LLVM: an option; the CPU to compile for; where to keep what it compiles, and where to look for it",
     add_lto_option},
    {"--thinlto-jobs", Required, "N", "the same: how many threads, or all", set_lto_jobs},
    {"--thinlto-cache-policy", Required, "VALUE", "the same: how much is kept", add_lto_option},
    {"--lto-O", Joined, "LEVEL", "the same: how much is optimised", add_lto_option},
    {"--save-temps", None, "", "the same: keep what there is between the steps", add_lto_option},
    {"--lto-debug-pass-manager", None, "", "the same: say what each step is", add_lto_option},
    {"--cs-profile-generate", None, "", "the same: instrument what is optimised, to record a profile", add_lto_option},
    {"--cs-profile-path", Required, "FILE", "the same: the profile to use or to write", add_lto_option},
    {"--thinlto-index-only", Optional, "FILE", "write indexes for compiling elsewhere, and link nothing",
     add_lto_option},
    {"--thinlto-emit-imports-files", None, "", "beside them, the files that each imports from", add_lto_option},
    {"--thinlto-object-suffix-replace --thinlto-prefix-replace", Required, "OLD;NEW", "where these files are",
     set_lto_replacement},
    {"--thinlto-single-module", Required, "FILE", "compile this file only", add_lto_option},
    {"-dead_strip_dylibs", None, "", "name no library to the loader that nothing uses",
     set_darwin<&DarwinOptions::drops_unused_libraries>},
    {"--start-lib", None, "", "the objects that follow behave as if in an archive", set_lazy_inputs},
    {"--end-lib", None, "", "end of --start-lib", clear_lazy_inputs},
};

constexpr OptionRow kContents[] = {
    {"-u", Separate, "SYMBOL", "SYMBOL must become defined, here or by a library", require_name},
    {"-undefined", Separate, "POLICY", "error (default), warning, suppress, dynamic_lookup", choose_undefined},
    {"-U", Separate, "SYMBOL", "SYMBOL is looked for when the program is loaded",
     append_darwin_text<&DarwinOptions::found_at_run_time>},
    {"-exported_symbol", Separate, "SYMBOL", "show other images this name, or these names, and no others", add_export},
    {"-exported_symbols_list", Separate, "FILE", "the same, a name a line", add_export_list},
    {"-no_exported_symbols", None, "", "show other images no names", set_darwin<&DarwinOptions::exports_nothing>},
    {"-unexported_symbol", Separate, "SYMBOL", "do not show other images this name, or these names",
     append_darwin_text<&DarwinOptions::unexported>},
    {"-unexported_symbols_list", Separate, "FILE", "the same, a name a line",
     append_darwin_text<&DarwinOptions::unexported_lists>},
    {"-export_dynamic", None, "", "-dead_strip keeps what a program shows other images", set<&Options::export_dynamic>},
    {"-interposable", None, "", "other images can redirect uses of all exported names",
     set_darwin<&DarwinOptions::is_interposable>},
    {"--tls-slot", Required, "SYMBOL[=INDEX]",
     "SYMBOL is the target's runtime slot INDEX (0, 1) beside the thread register; see --print-targets", add_tls_slot},
    {"--tls-raw", Optional, "GLOB",
     "in all objects, or those that match, accesses to the first two words at the thread register mean the slots",
     add_raw_slot_files},
    {"--tls-report", Optional, "FILE", "list the accesses to thread-local variables and runtime slots that were found",
     set_tls_report},
    {"-interposable_list", Separate, "FILE", "the same for the names in FILE",
     append_darwin_text<&DarwinOptions::interposable_lists>},
    {"-reexported_symbols_list", Separate, "FILE", "offer names of libraries as the output's own, a name a line",
     append_darwin_text<&DarwinOptions::reexported_lists>},
    {"-alias", Separate, "SYMBOL ALIAS", "ALIAS is another name of SYMBOL", add_alias},
    {"-alias_list", Separate, "FILE", "the same, two names a line", add_alias_list},
    {"--dynimport", Required, "LOCAL[=REMOTE][@VERSION],LIBRARY",
     "LOCAL is what LIBRARY, which need not be there, calls REMOTE: a function if it is called, a pointer if it is "
     "read",
     add_import_as<ImportForm::Inferred>},
    {"--dynimport-function", Required, "LOCAL[=REMOTE][@VERSION],LIBRARY", "the same; LOCAL is the function",
     add_import_as<ImportForm::Function>},
    {"--dynimport-pointer", Required, "LOCAL[=REMOTE][@VERSION],LIBRARY", "the same; LOCAL is a pointer to REMOTE",
     add_import_as<ImportForm::Pointer>},
    {"--emit-stub-library", Required, "FILE",
     "write the library of the imports as far as it is named, for other linkers; one each in FILE/",
     set_text<&Options::stub_library>},
    {"-d", None, "",
     "no --dynimport: nothing is left to a loader but what libraries offer; with -r, common symbols get "
     "storage",
     keep_nothing_open},
    {"-init", Separate, "SYMBOL", "the library begins with SYMBOL", set_init},
    {"-order_file", Separate, "FILE", "place functions and data in the order of the list",
     append_darwin_text<&DarwinOptions::order_files>},
    {"--[no-]call-graph-profile-sort", None, "", "place functions as call profiles of the objects suggest (default)",
     set_switch<&Options::sorts_by_calls>},
    {"--print-symbol-order", Required, "FILE", "write the functions that were placed so to FILE, in their order",
     set_text<&Options::symbol_order_file>},
    {"-sectorder", Separate, "SEGMENT SECTION FILE", "the same for one section", add_section_order},
    {"-sectalign", Separate, "SEGMENT SECTION ALIGNMENT", "align a section to a power of two, hexadecimal",
     align_section},
    {"-sectcreate -segcreate", Separate, "SEGMENT SECTION FILE", "make a section of the content of FILE",
     create_section},
    {"-add_empty_section", Separate, "SEGMENT SECTION", "make a section without content", create_empty_section},
    {"-rename_section", Separate, "SEGMENT SECTION TO_SEGMENT TO_SECTION", "the output's name of a section",
     rename_section},
    {"-rename_segment", Separate, "SEGMENT TO_SEGMENT", "the output's name of a segment", rename_segment},
    {"-segaddr", Separate, "SEGMENT ADDRESS", "address of a segment", set_segment_address},
    {"-segalign", Separate, "SIZE", "alignment of the segments of images without a loader (-preload), hexadecimal",
     set_segment_alignment},
    {"-segprot", Separate, "SEGMENT MAXIMUM INITIAL", "protection of a segment, such as rx", set_segment_protection},
    {"-dead_strip", None, "", "leave out what nothing refers to", set<&Options::gc_sections>},
    {"-objc_stubs_fast", None, "", "calls of objc_msgSend$NAME go there at once (default)",
     set_darwin<&DarwinOptions::has_small_objc_stubs, false>},
    {"-objc_stubs_small", None, "", "calls of objc_msgSend$NAME share a stub",
     set_darwin<&DarwinOptions::has_small_objc_stubs>},
    {"-objc_category_merging", None, "", "join categories to their class, or to each other if that is in a library",
     set_darwin<&DarwinOptions::merges_categories>},
    {"-no_objc_category_merging", None, "", "keep categories as they are (default)",
     set_darwin<&DarwinOptions::merges_categories, false>},
    {"-objc_relative_method_lists", None, "",
     "write lists of methods as offsets that need no fixups (macOS 11 reads them)",
     set_darwin<&DarwinOptions::has_relative_method_lists>},
    {"-no_objc_relative_method_lists", None, "", "write them as pointers (default)",
     set_darwin<&DarwinOptions::has_relative_method_lists, false>},
    {"-ignore_optimization_hints", None, "", "leave code as long as the compiler made it",
     set_darwin<&DarwinOptions::ignores_hints>},
    {"--no-deduplicate-strings", None, "", "keep equal constants apart", set<&Options::optimize, 0>},
    {"--deduplicate-strings", None, "", "equal constants become one (default)", set<&Options::optimize, 1>},
    {"--icf", Required, "MODE", "fold identical functions: all, safe, none", set_icf_or_warn},
    {"-deduplicate", None, "", "like --icf=safe", set<&Options::icf, IcfMode::Safe>},
    {"-no_deduplicate", None, "", "do not fold identical functions (default)", set<&Options::icf, IcfMode::None>},
};

constexpr OptionRow kReports[] = {
    {"-map", Separate, "FILE", "write a map", set_text<&Options::map_file>},
    {"-why_load -whyload", None, "", "say for what archive members were taken",
     set_darwin<&DarwinOptions::reports_members>},
    {"-t", None, "", "list the files that are linked", set<&Options::trace_files>},
    {"-why_live", Separate, "SYMBOL", "say what keeps SYMBOL from -dead_strip", append_text<&Options::why_live>},
    {"-dependency_info", Separate, "FILE", "write the names of all inputs for Xcode",
     set_text<&Options::dependency_info_file>},
    {"--stats", None, "", "print numbers about the link", set<&Options::print_stats>},
    {"--time-trace", Optional, "FILE", "write where the time went, for Chrome's trace viewer", set_time_trace},
    {"--reproduce", Required, "FILE", "write all inputs and the command line to a tar file",
     set_text<&Options::reproduce_file>},
};

constexpr OptionRow kNoEffect[] = {
    {"-O", Joined, "LEVEL", "there is one level of optimisation"},
    {"-nofixprebinding -prebind -noprebind", None, "", "what it asks for is the default"},
    {"-random_uuid", None, "", "LC_UUID is made of the content"},
    {"-no_compact_unwind", None, "", "unwind tables are those that the input needs"},
    {"-no_warn_duplicate_libraries -no_warn_inits -warn_weak_exports -no_weak_exports -no_weak_imports", None, "",
     "xld has no such warning"},
    {"-warn_commons -no_warn_unused_dylibs -warn_unused_dylibs -warn_compact_unwind", None, "",
     "xld has no such warning"},
    {"-objc_abi_version", Separate, "NUMBER", "there is one only"},
    {"-objc_gc -objc_gc_only -objc_gc_compaction", None, "", "no system has collected garbage since macOS 10.12"},
    {"-single_module", None, "", "every library is one module", warn_of_deprecated},
    {"-multi_module -s_segs_read_only -no_arch_warnings -root_safe -setuid_safe", None, "",
     "no system looks at it any more"},
    {"-dylib_file", Separate, "NAME:FILE", "libraries that are passed on are found without it"},
    {"-debug_variant -ld_classic -ld_new -no_new_main -no_ld_classic", None, "", "there is one xld"},
    {"-reproducible", None, "", "outputs always are"},
    {"-force_cpusubtype_ALL -no_inits -no_dtrace_dof -no_shared_cache_eligible -not_for_dyld_shared_cache", None, "",
     "what it asks for is the default, or is never done"},
    {"-no_dead_strip_inits_and_terms -allow_dead_duplicates --dead-strip-duplicates -no_source_version "
     "-noprebind_all_twolevel_modules -allow_sub_type_mismatches -allow_simulator_linking_to_macosx_dylibs "
     "-no_kext_objects -kexts_use_stubs",
     None, "", "what it asks for is the default, or never looked at"},
    {"--[no-]warn-thin-archive-missing-members --[no-]pgo-warn-mismatch --check-category-conflicts "
     "-verbose_deduplicate --strict-auto-link",
     None, "", "xld has no such warning"},
    {"-[no_]dependent_dr_info --keep-icf-stabs -twolevel_namespace_hints "
     "-add_split_seg_info -prebind_allow_overlap -classic_linker -new_linker -fixup_chains_section "
     "-bitcode_hide_symbols -force_load_swift_libs -sectorder_detail -Sn -Si -Sp -X -M",
     None, "", "the order and form are those of the input"},
    {"--time-trace-granularity", Required, "VALUE", "the trace is complete"},
    {"--lto-CGO", Joined, "LEVEL", "LLVM generates code as it optimises it"},
    {"-prune_interval_lto -prune_after_lto -max_relative_cache_size_lto", Separate, "VALUE",
     "use --thinlto-cache-policy"},
    {"-snapshot_dir -dot -seg_addr_table_filename -kext_objects_dir -Y -y", Separate, "VALUE",
     "no system looks at it any more"},
    {"-no_order_data -no_order_inits -text_exec -run_init_lazily -threaded_starts_section", None, "",
     "the order and form are those of the input"},
    {"-bitcode_bundle", None, "", "no system takes intermediate code any more", warn_of_obsolete},
    {"-bitcode_verify -simulator_support", None, "", "only other platforms have it"},
    {"-prebind_all_twolevel_modules -private_bundle -read_only_stubs -slow_stubs -seglinkedit -noseglinkedit "
     "-multiply_defined_unused -nomultidefs -no_compact_linkedit -new_main -version_load_command "
     "-no_version_load_command -warn_stabs -version_details -debug_snapshot -verbose_optimization_hints",
     None, "", "no system looks at it any more"},
    {"-exported_symbols_order", Separate, "FILE", "the export trie is sorted"},
    {"-move_to_ro_segment -move_to_rw_segment", Separate, "SEGMENT FILE", "use -rename_section"},
    {"-segs_read_only_addr -segs_read_write_addr -stack_addr", Separate, "ADDRESS", "segments follow each other"},
    {"-seg_addr_table -dtrace", Separate, "FILE", "no system looks at it any more"},
    {"-sect_diff_relocs -multiply_defined", Separate, "POLICY", "no system looks at it any more"},
    {"-sectobjectsymbols", Separate, "SEGMENT SECTION", "no debugger looks at it any more"},
    {"-dirty_data_list", Separate, "FILE", "data keeps the order of the input"},
    {"-seg_page_size", Separate, "SEGMENT SIZE", "segments are aligned to the system's pages"},
    {"-segment_order -section_order", Separate, "LIST", "segments keep the order that loaders expect"},
    {"-max_default_common_align", Separate, "SIZE", "common symbols are as aligned as their size says"},
    {"-commons", Separate, "POLICY", "definitions in objects win over common symbols"},
    {"-read_only_relocs", Separate, "POLICY", "relocations in code are errors"},
    {"-unaligned_pointers", Separate, "POLICY", "chained fixups report them"},
    {"-weak_reference_mismatches", Separate, "POLICY", "one strong reference makes an import strong"},
    {"-sdk_version", Separate, "VERSION", "-platform_version says it"},
    {"-keep_relocs -x_locals -no_eh_labels", None, "", "-r keeps what it can without them"},
    {"-no_branch_islands -no_zero_fill_sections -merge_zero_fill_sections -page_align_data_atoms", None, "",
     "only the layout of old systems needs it"},
    {"-whatsloaded -print_statistics -trace_symbol_layout -order_file_statistics", None, "",
     "use -t, --stats and -map"},
    {"-fuse-ld", Required, "NAME", "meant for the compiler driver"},
};

constexpr OptionGroup kGroups[] = {
    {"General", Implemented, kGeneral},         {"Output", Implemented, kOutput},
    {"Inputs, in order", Implemented, kInputs}, {"Symbols and sections", Implemented, kContents},
    {"Reports", Implemented, kReports},         {"Accepted without effect", NoEffect, kNoEffect},
};

constexpr auto kNames = make_option_index<kGroups>();
static_assert(has_unique_names(kNames));

}  // namespace

Dialect darwin_dialect() {
  return {.name = "darwin",
          .options = {kGroups, kNames},
          .keywords = {},
          .compatible_with = "LLD and ld64",
          .apply_defaults = apply_defaults,
          .complete = complete};
}

}  // namespace xld::macho
