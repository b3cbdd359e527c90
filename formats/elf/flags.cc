// The options of the GNU dialect. Form of the rows: formats/flags.h; -z has its own table in keywords.cc.
//
// Every option of GNU ld 2.40, LLD 19 and mold that a user may have in a makefile is here: implemented, accepted
// without effect for the reason given, or refused. What only matters to a dynamically linked output is accepted,
// because compiler drivers and build systems pass it for static links, too.
#include "formats/elf/flags.h"

#include "formats/elf/flag_setters.h"
#include "formats/flag_index.h"
#include "formats/flag_setters.h"

namespace xld::elf {
namespace {

using enum ValueKind;
using enum Effect;

constexpr OptionRow kGeneral[] = {
    {"--help", None, "", "print this text", request<&CommandRequest::help>},
    {"-v", None, "", "print the version, and link if there is something to link",
     request<&CommandRequest::version_and_link>},
    {"--version", None, "", "print the version", request<&CommandRequest::version>},
    {"-V --print-targets --target-help", None, "", "print the version and the targets",
     request<&CommandRequest::targets>},
    {"--print-output-format", None, "", "print the name of the output's format",
     request<&CommandRequest::output_format>},
    {"--print-sysroot", None, "", "print the value of --sysroot", request<&CommandRequest::sysroot>},
    {"--verbose", Optional, "LEVEL", "say what is done", set_verbose},
    {"--[no-]color-diagnostics", Optional, "WHEN", "colour messages: always (default), never, auto", set_color},
    {"--[no-]demangle", Optional, "STYLE", "show names as the source has them (default)",
     set_switch<&Options::demangle>},
    {"--error-limit", Required, "N", "stop reporting after N errors (20; 0: never)", set_number<&Options::error_limit>},
    {"--[no-]fatal-warnings", None, "", "warnings are errors", set_switch<&Options::fatal_warnings>},
    {"-w --no-warnings", None, "", "print no warnings", warn_of_nothing},
    {"--[no-]threads", Optional, "N", "use N threads; as many as there are processors by default", set_threads},
    {"--thread-count", Required, "N", "like --threads=N", set_threads},
};

constexpr OptionRow kOutput[] = {
    {"-o --output", Required, "FILE", "write the output to FILE (a.out); - is standard output",
     set_text<&Options::output>},
    {"--target", Required, "TARGET", "link for TARGET, such as linux-amd64; see --print-targets", set_target},
    {"-H", Required, "SYSTEM", "link for SYSTEM: linux, freebsd, netbsd, openbsd, dragonfly, darwin, elf",
     choose_system},
    {"-m", Required, "EMULATION", "choose format and CPU as GNU ld names them: elf_x86_64, elf_i386", choose_emulation},
    {"--oformat", Required, "FORMAT", "elf, or binary: the bytes of the sections without any headers",
     choose_output_format},
    {"-static", None, "", "link against archives only", set_static},
    {"-r -i -Ur --relocatable", None, "", "write an object that can be linked again", set<&Options::is_relocatable>},
    {"-d -dc -dp --[no-]define-common", None, "", "with -r, give common symbols storage; programs always do",
     set_switch<&Options::define_common>},
    {"--force-group-allocation", None, "", "with -r, join the sections of groups as others and dissolve the groups",
     set<&Options::force_group_allocation>},
    {"--unique", Optional, "GLOB", "with -r, keep sections of one name apart: those that match, or all unusual ones",
     set_unique},
    {"--[no-]pie --[no-]pic-executable", None, "", "make a position-independent executable",
     set_switch<&Options::is_pie>},
    {"-nopie", None, "", "like --no-pie", set<&Options::is_pie, false>},
    {"--no-dynamic-linker", None, "", "the output needs no loader: with --pie, it relocates itself",
     set<&Options::no_dynamic_linker>},
    {"-e --entry", Required, "SYMBOL", "start at SYMBOL, or at an address (_start)", set_entry},
    {"--init", Required, "SYMBOL", "function to call at load time (_init)", set_text<&Options::init_function>},
    {"--fini", Required, "SYMBOL", "function to call at unload time (_fini)", set_text<&Options::fini_function>},
    {"--[no-]build-id", Optional, "STYLE", "identify the output: sha1 (default), sha256, md5, fast, uuid, 0xHEX, none",
     choose_build_id},
    {"-s --strip-all", None, "", "leave out the symbol table and debug information",
     set<&Options::strip, StripMode::All>},
    {"-S --strip-debug", None, "", "leave out debug information", set<&Options::strip, StripMode::Debug>},
    {"-x --discard-all", None, "", "leave out local symbols", set<&Options::discard, DiscardMode::AllLocals>},
    {"-X --discard-locals", None, "", "leave out local symbols that begin with .L",
     set<&Options::discard, DiscardMode::TemporaryLocals>},
    {"--discard-none", None, "", "keep all local symbols", set<&Options::discard, DiscardMode::None>},
    {"--retain-symbols-file", Required, "FILE", "keep only the symbols named in FILE",
     set_text<&Options::retain_symbols_file>},
};

constexpr OptionRow kInputs[] = {
    {"-l --library", Required, "NAME", "link lib<NAME>.a, or FILE for :FILE, from the search path", add_library},
    {"-L --library-path", Required, "DIRECTORY", "search DIRECTORY; a leading = stands for the sysroot",
     append_text<&Options::search_paths>},
    {"--sysroot", Required, "DIRECTORY", "where the target's files are", set_text<&Options::sysroot>},
    {"--nostdlib", None, "", "search no directory but those of -L", set<&Options::no_standard_paths>},
    {"-( --start-group", None, "", "archives are always searched again and again", open_group},
    {"-) --end-group", None, "", "end of the group", close_group},
    {"--start-lib", None, "", "the objects that follow behave as if in an archive", set_lazy_inputs},
    {"--end-lib", None, "", "end of --start-lib", clear_lazy_inputs},
    {"--[no-]whole-archive", None, "", "take all members of the archives that follow",
     set_following_switch<&InputOption::whole_archive>},
    {"--[no-]as-needed", None, "", "need the shared libraries that follow only if used",
     set_following_switch<&InputOption::as_needed>},
    {"-Bstatic -dn -non_shared", None, "", "-l finds archives only", set_following<&InputOption::is_static, true>},
    {"-Bdynamic -dy -call_shared", None, "", "-l finds shared libraries, too (default)",
     set_following<&InputOption::is_static, false>},
    {"--push-state", None, "", "remember the settings of the five options above, and of -b", push_state},
    {"--pop-state", None, "", "return to what was remembered", pop_state},
    {"-b --format", Required, "FORMAT", "take the files that follow as default, elf or binary (plain data)",
     choose_input_format},
    {"-R --just-symbols", Required, "FILE", "take the symbols of FILE, not its contents", add_just_symbols},
};

constexpr OptionRow kSymbols[] = {
    {"-u --undefined", Required, "SYMBOL", "take the archive member that defines SYMBOL",
     append_text<&Options::undefined>},
    {"--undefined-glob", Required, "GLOB", "the same for all symbols that match",
     append_text<&Options::undefined_globs>},
    {"--require-defined", Required, "SYMBOL", "like -u, and it must become defined",
     append_text<&Options::require_defined>},
    {"--defsym", Required, "SYMBOL=EXPRESSION", "define SYMBOL", add_assignment},
    {"--wrap", Required, "SYMBOL", "SYMBOL refers to __wrap_SYMBOL, and __real_SYMBOL to SYMBOL",
     append_text<&Options::wrapped>},
    {"--[no-]allow-multiple-definition", None, "", "the first definition counts",
     set_switch<&Options::allow_multiple_definition>},
    {"--[no-]warn-common", None, "", "warn if a common symbol meets another definition",
     set_switch<&Options::warn_common>},
    {"--sort-common", Optional, "ORDER", "put common symbols in the order of their alignment: descending, ascending",
     choose_common_order},
    {"--no-undefined", None, "", "report references to undefined symbols (default)",
     set<&Options::unresolved, UnresolvedPolicy::Error>},
    {"--unresolved-symbols", Required, "POLICY",
     "report-all, ignore-all, ignore-in-object-files, ignore-in-shared-libs", choose_unresolved_policy},
    {"--warn-unresolved-symbols --noinhibit-exec", None, "", "undefined symbols are warnings",
     set<&Options::unresolved, UnresolvedPolicy::Warn>},
    {"--error-unresolved-symbols", None, "", "undefined symbols are errors (default)",
     set<&Options::unresolved, UnresolvedPolicy::Error>},
    {"--ignore-unresolved-symbol", Required, "SYMBOL", "SYMBOL may stay undefined",
     append_text<&Options::ignored_undefined>},
};

constexpr OptionRow kSections[] = {
    {"--[no-]gc-sections", None, "", "leave out sections that nothing refers to", set_switch<&Options::gc_sections>},
    {"--[no-]icf", Optional, "MODE", "fold identical functions: all, safe, none", set_icf},
    {"--keep-unique", Required, "SYMBOL", "do not fold SYMBOL", append_text<&Options::keep_unique>},
    {"-O", Optional, "LEVEL", "0: do not merge strings; 2: share the ends of strings (1)", choose_optimization},
    {"--[no-]relax", None, "", "shorten instructions where addresses permit (default)", set_switch<&Options::relax>},
    {"--[no-]eh-frame-hdr", None, "", "write the search table of .eh_frame", set_switch<&Options::eh_frame_header>},
    {"--[no-]rosegment", None, "", "give constants a segment without code (default)", set_switch<&Options::rosegment>},
    {"--[no-]warn-execstack", None, "",
     "warn when the stack becomes executable (default: unless -z execstack asks for it)",
     set_switch<&Options::warn_execstack>},
    {"-n --[no-]nmagic", None, "", "do not align data to pages", set_nmagic},
    {"-N --[no-]omagic", None, "", "one segment for code and data, writable", set_omagic},
    {"--image-base", Required, "ADDRESS", "address of the first segment", set_number<&Options::image_base>},
    {"--physical-image-base", Required, "ADDRESS", "load address of the first segment, if it is another one",
     set_number<&Options::physical_base>},
    {"--section-start", Required, "SECTION=ADDRESS", "address of a section", set_section_start},
    {"-Ttext -Tdata -Tbss", Required, "ADDRESS", "address of .text, .data or .bss", set_section_address},
    {"-Ttext-segment", Required, "ADDRESS", "address of the segment of code", set_address<&Options::text_segment>},
    {"-Trodata-segment", Required, "ADDRESS", "address of the segment of constants",
     set_address<&Options::rodata_segment>},
};

constexpr OptionRow kReports[] = {
    {"-Map", Required, "FILE", "write a map; to FILE/<output>.map if FILE is a directory",
     set_text<&Options::map_file>},
    {"-M --print-map", None, "", "print a map",
     [](OptionContext& context, const OptionUse&) { context.options.map_file = "-"; }},
    {"--map", Required, "json[:FILE]", "write a map as JSON", choose_json_map},
    {"--cref", None, "", "add a table of references to the map, or print it", set<&Options::cref>},
    {"--[no-]print-gc-sections", None, "", "list what --gc-sections leaves out",
     set_switch<&Options::print_gc_sections>},
    {"--[no-]print-icf-sections", None, "", "list what --icf folds", set_switch<&Options::print_icf_sections>},
    {"--why-live", Required, "SYMBOL", "say what keeps SYMBOL from --gc-sections", append_text<&Options::why_live>},
    {"-y --trace-symbol", Required, "SYMBOL", "list the files that define or use SYMBOL",
     append_text<&Options::trace_symbols>},
    {"-t --trace", None, "", "list the files that are linked", set<&Options::trace_files>},
    {"--stats", None, "", "print numbers about the link", set<&Options::print_stats>},
    {"--time-trace", Optional, "FILE", "write where the time went, for Chrome's trace viewer", set_time_trace},
    {"--dependency-file", Required, "FILE", "write a makefile rule that lists the inputs",
     set_text<&Options::dependency_file>},
    {"--reproduce", Required, "FILE", "write all inputs and the command line to a tar file",
     set_text<&Options::reproduce_file>},
};

// What only an output with a loader is made of; accepted for others, because drivers pass it for those, too.
constexpr OptionRow kDynamic[] = {
    {"-shared -Bshareable", None, "", "make a shared library", set<&Options::is_shared>},
    {"-I --dynamic-linker", Required, "FILE", "the loader of a dynamic output", set_text<&Options::dynamic_linker>},
    {"-E --[no-]export-dynamic", None, "", "export all symbols", set_switch<&Options::export_dynamic>},
    {"-h --soname", Required, "NAME", "the output's own name", set_dynamic_text<&DynamicOptions::soname>},
    {"--rpath", Required, "DIRECTORIES", "where the loader searches",
     append_dynamic_text<&DynamicOptions::runtime_paths>},
    {"--enable-new-dtags", None, "", "-rpath means DT_RUNPATH", set_dynamic<&DynamicOptions::new_tags>},
    {"--disable-new-dtags", None, "", "-rpath means DT_RPATH", set_dynamic<&DynamicOptions::new_tags, false>},
    {"--hash-style", Required, "STYLE", "sysv, gnu, both", choose_hash_style},
    {"-f --auxiliary", Required, "NAME", "DT_AUXILIARY", set_dynamic_text<&DynamicOptions::auxiliary>},
    {"-F --filter", Required, "NAME", "DT_FILTER", set_dynamic_text<&DynamicOptions::filter>},
    {"--audit", Required, "NAMES", "DT_AUDIT", set_dynamic_text<&DynamicOptions::audit>},
    {"-P --depaudit", Required, "NAMES", "DT_DEPAUDIT", set_dynamic_text<&DynamicOptions::dependency_audit>},
    {"-Bsymbolic", None, "", "bind all symbols locally", set_dynamic<&DynamicOptions::symbolic, SymbolicBinding::All>},
    {"-Bsymbolic-functions", None, "", "bind functions locally",
     set_dynamic<&DynamicOptions::symbolic, SymbolicBinding::Functions>},
    {"-Bsymbolic-non-weak", None, "", "bind all but weak symbols locally",
     set_dynamic<&DynamicOptions::symbolic, SymbolicBinding::NonWeak>},
    {"-Bsymbolic-non-weak-functions", None, "", "bind all but weak functions locally",
     set_dynamic<&DynamicOptions::symbolic, SymbolicBinding::NonWeakFunctions>},
    {"-Bno-symbolic", None, "", "bind nothing locally", set_dynamic<&DynamicOptions::symbolic, SymbolicBinding::None>},
    {"--exclude-libs", Required, "LIBRARIES", "export nothing from these archives",
     append_dynamic_text<&DynamicOptions::excluded_libraries>},
};

constexpr OptionRow kDynamicNoEffect[] = {
    {"--export-dynamic-symbol", Required, "GLOB", "export these symbols",
     append_dynamic_text<&DynamicOptions::exported_symbols>},
    {"--export-dynamic-symbol-list", Required, "FILE", "export the symbols named in FILE",
     append_dynamic_text<&DynamicOptions::exported_symbol_lists>},
    {"--dynamic-list", Required, "FILE", "export the symbols named in FILE",
     append_dynamic_text<&DynamicOptions::lists>},
    {"--dynamic-list-data --dynamic-list-cpp-new --dynamic-list-cpp-typeinfo", None, "",
     "export these kinds of symbols"},
    {"--version-script", Required, "FILE", "versions and visibility of exported symbols",
     append_text<&Options::version_scripts>},
    {"--[no-]undefined-version", None, "", "a version script may name unknown symbols"},
    {"--default-symver --default-imported-symver", None, "", "give every symbol a version"},
    {"--rpath-link", Required, "DIRECTORIES", "where libraries' own needs are searched",
     append_dynamic_text<&DynamicOptions::link_time_paths>},
    {"-Bgroup", None, "", "a group of libraries has its own names"},
    {"--[no-]allow-shlib-undefined", None, "", "shared libraries may have undefined symbols"},
    {"--[no-]copy-dt-needed-entries --[no-]add-needed", None, "", "link what needed libraries need"},
    {"--[no-]apply-dynamic-relocs", None, "", "write the value a relocation will have"},
    {"--pack-dyn-relocs", Required, "FORM", "compress relocations"},
    {"--spare-dynamic-tags", Required, "COUNT", "leave room in .dynamic"},
    {"--[no-]gnu-unique", None, "", "keep STB_GNU_UNIQUE"},
    {"--[no-]warn-textrel --warn-shared-textrel --[no-]warn-ifunc-textrel", None, "", "warn of relocations in code"},
    {"--[no-]use-android-relr-tags --android-memtag-heap --android-memtag-stack", None, "", "Android's loader only"},
    {"--android-memtag-mode", Required, "MODE", "Android's loader only"},
};

constexpr OptionRow kNoEffect[] = {
    {"-plugin", Required, "FILE", "drivers always pass it; an LTO object in the input is an error"},
    {"-plugin-opt", Required, "OPTION", "drivers always pass it; an LTO object in the input is an error"},
    {"-flto -flto-partition --lto --thinlto-index-only --save-temps", Optional, "VALUE", "LTO objects are not linked"},
    {"--lto-O --lto-CGO", Joined, "LEVEL", "LTO objects are not linked"},
    {"--lto-aa-pipeline --lto-basic-block-sections --lto-cs-profile-file --lto-known-safe-vtables --lto-newpm-passes "
     "--lto-obj-path --lto-partitions --lto-sample-profile --thinlto-cache-dir --thinlto-cache-policy --thinlto-jobs "
     "--thinlto-object-suffix-replace --thinlto-prefix-replace --thinlto-single-module --load-pass-plugin --mllvm "
     "--opt-remarks-filename --opt-remarks-format --opt-remarks-hotness-threshold --opt-remarks-passes",
     Required, "VALUE", "LTO objects are not linked"},
    {"--[no-]fat-lto-objects --lto-cs-profile-generate --lto-debug-pass-manager --lto-emit-asm --lto-emit-llvm "
     "--[no-]lto-basic-block-address-map --[no-]lto-pgo-warn-mismatch --[no-]lto-unique-basic-block-section-names "
     "--[no-]lto-validate-all-vtables-have-type-infos --[no-]lto-whole-program-visibility "
     "--thinlto-emit-imports-files --opt-remarks-with-hotness --disable-verify --[no-]optimize-bb-jumps",
     None, "", "LTO objects are not linked"},
    {"-fuse-ld", Required, "NAME", "meant for the compiler driver"},
    {"-g", None, "", "debug information is always kept"},
    {"-G --gpsize", Required, "SIZE", "x86 has no small data sections"},
    {"-A --architecture", Required, "CPU", "the inputs tell; see -m"},
    {"-a", Required, "KEYWORD", "HP-UX only"},
    {"-assert", Required, "KEYWORD", "SunOS only"},
    {"-Qy -qmagic", None, "", "what it asks for is the default"},
    {"-EL", None, "", "all targets are little-endian"},
    {"--no-accept-unknown-input-arch", None, "", "what it asks for is the default"},
    {"--[no-]check-sections", None, "", "sections that overlap are always errors"},
    {"--call-graph-profile-sort", Optional, "MODE", "functions keep the order of the input"},
    {"--[no-]debug-names", None, "", "the inputs' tables are copied"},
    {"--[no-]dependent-libraries", None, "", "libraries named in objects are not searched"},
    {"--[no-]ctf-variables", None, "", "CTF sections are copied"},
    {"--ctf-share-types", Required, "METHOD", "CTF sections are copied"},
    {"--disable-multiple-abs-defs", None, "", "multiple definitions are always errors"},
    {"--[no-]fortran-common", None, "", "common symbols do not make archives be searched"},
    {"--[no-]fork --[no-]quick-exit --[no-]mmap-output-file --[no-]keep-memory --reduce-memory-overheads", None, "",
     "xld chooses how to use the machine"},
    {"--hash-size --max-cache-size --time-trace-granularity", Required, "N", "xld chooses how to use the machine"},
    {"--[no-]map-whole-files", None, "", "xld chooses how to use the machine"},
    {"--ignore-data-address-equality --ignore-function-address-equality", None, "", "a permission; see --icf=all"},
    {"--[no-]ld-generated-unwind-info", None, "", "stubs of a static output need no unwind information"},
    {"--orphan-handling --sort-section", Required, "MODE", "only for linker scripts with SECTIONS"},
    {"--perf", None, "", "see --stats and --time-trace"},
    {"--[no-]print-map-discarded", None, "", "the map says what was left out"},
    {"--rsp-quoting", Required, "STYLE", "response files have GNU quoting; posix is the same"},
    {"--split-by-file --split-by-reloc", Optional, "COUNT", "output sections have no size limit"},
    {"--[no-]strip-discarded", None, "", "symbols of discarded sections are always left out"},
    {"--traditional-format", None, "", "there is one format"},
    {"--vs-diagnostics", None, "", "messages have one form"},
    {"--[no-]warn-alternate-em --[no-]warn-backrefs --warn-constructors --[no-]warn-mismatch "
     "--warn-multiple-gp --warn-once --[no-]warn-rwx-segments --[no-]warn-search-mismatch --warn-section-align "
     "--[no-]warn-symbol-ordering",
     None, "", "xld has no such warning"},
    {"--warn-backrefs-exclude", Required, "GLOB", "xld has no such warning"},
    {"--split-stack-adjust-size", Required, "SIZE", "split stacks are not adjusted"},
    {"--be8 --cmse-implib --fix-cortex-a8 --fix-cortex-a53-843419 --[no-]merge-exidx-entries --pic-veneer "
     "--target1-abs "
     "--target1-rel --[no-]pcrel-optimize --[no-]toc-optimize --[no-]relax-gp --no-power10-stubs",
     None, "", "for other CPUs"},
    {"--target2 --in-implib", Required, "VALUE", "for other CPUs"},
    {"--power10-stubs", Optional, "MODE", "for other CPUs"},
};

constexpr OptionRow kNotYet[] = {
    {"--archive-order", Required, "ORDER", "archives are searched until nothing more is wanted, wherever they stand"},
    {"-q --emit-relocs", None, "", "relocations are not copied to the output", set<&Options::emit_relocs>},
    {"--embedded-relocs", None, "", "relocations are not copied to the output"},
    {"-T --script", Required, "FILE",
     "linker scripts with SECTIONS are not read; scripts of INPUT and GROUP are named like other inputs"},
    {"-dT --default-script", Required, "FILE", "linker scripts with SECTIONS are not read"},
    {"-c --mri-script", Required, "FILE", "MRI scripts are not read"},
    {"--[no-]enable-non-contiguous-regions --enable-non-contiguous-regions-warnings --print-memory-usage", None, "",
     "there are no memory regions without linker scripts"},
    {"--accept-unknown-input-arch", None, "", "only known CPUs can be linked"},
    {"-EB", None, "", "all targets are little-endian"},
    {"-Y", Required, "PATH", "use --nostdlib and -L"},
    {"-Tldata-segment", Required, "ADDRESS", "use --section-start=.ldata=ADDRESS"},
    {"-C --directory --chroot", Required, "DIRECTORY", "change the directory before calling xld"},
    {"--repro", None, "", "use --reproduce=FILE"},
    {"--run", None, "", "use the compiler's -B or --ld-path"},
    {"--call-graph-ordering-file --symbol-ordering-file --section-ordering-file --print-symbol-order", Required, "FILE",
     "functions keep the order of the input"},
    {"--shuffle-sections", Optional, "SEED", "sections keep the order of the input"},
    {"--reverse-sections", None, "", "sections keep the order of the input"},
    {"--section-order --section-align", Required, "LAYOUT", "sections keep the order of the input"},
    {"--compress-sections", Required, "GLOB=KIND", "sections are written uncompressed"},
    {"--error-handling-script", Required, "FILE", "errors are reported by xld itself"},
    {"--[no-]execute-only", None, "", "code is readable on x86"},
    {"--force-exe-suffix", None, "", "name the output with -o"},
    {"--[no-]gc-keep-exported", None, "", "name what to keep with -u"},
    {"--[no-]gdb-index", None, "", "use gdb-add-index"},
    {"--out-implib --version-exports-section --task-link", Required, "NAME", "for other formats"},
    {"--package-metadata", Optional, "JSON", "use an object with a .note.package section"},
    {"--print-archive-stats --why-extract", Required, "FILE", "the map says why archive members were taken"},
    {"--remap-inputs --remap-inputs-file", Required, "GLOB=FILE", "name the right file"},
    {"--separate-debug-file", Optional, "FILE", "use objcopy --only-keep-debug"},
};

constexpr OptionRow kKeyword[] = {
    {"-z", Required, "KEYWORD[=VALUE]", "settings of ELF; the keywords are listed below", apply_keyword},
    // Here and not below, because `none` is implemented.
    {"--compress-debug-sections", Required, "KIND", "none (default); zlib and zstd are not supported yet",
     choose_compression},
};

constexpr OptionGroup kGroups[] = {
    {"General", Implemented, kGeneral},
    {"Output", Implemented, kOutput},
    {"Inputs, in order", Implemented, kInputs},
    {"Symbols", Implemented, kSymbols},
    {"Sections and addresses", Implemented, kSections},
    {"Reports", Implemented, kReports},
    {"ELF", Implemented, kKeyword},
    {"Dynamic linking", Implemented, kDynamic},
    {"Dynamic linking, accepted without effect", NoEffect, kDynamicNoEffect},
    {"Accepted without effect", NoEffect, kNoEffect},
    {"Not supported yet", NotYet, kNotYet},
};

constexpr auto kNames = make_option_index<kGroups>();
static_assert(has_unique_names(kNames));

}  // namespace

Dialect gnu_dialect() {
  return {.name = "gnu", .options = {kGroups, kNames}, .keywords = gnu_keywords(), .apply_defaults = nullptr};
}

}  // namespace xld::elf
