// The keywords of -z in the GNU dialect: settings of ELF that are no options of their own. Form of the rows:
// formats/flags.h. GNU ld only warns of a keyword it does not know; here that is an error, because a misspelt
// `-z nwo` would otherwise go unseen in any build log.
#include "formats/elf/flag_setters.h"
#include "formats/elf/flags.h"
#include "formats/flag_index.h"
#include "formats/flag_setters.h"

namespace xld::elf {
namespace {

using enum ValueKind;
using enum Effect;

void set_unresolved(OptionContext& context, const OptionUse& use) {
  context.options.unresolved = use.is_on ? UnresolvedPolicy::Error : UnresolvedPolicy::Ignore;
}

void choose_thread_segment(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<ThreadSegment> kSegments[] = {{"fs", ThreadSegment::AsCompiled},
                                                            {"gs", ThreadSegment::Gs}};
  if (const auto segment = choose_named(context, use, kSegments)) context.options.thread_segment = *segment;
}

// GNU_PROPERTY_X86_FEATURE_1_… and GNU_PROPERTY_X86_ISA_1_…, x86-64 psABI, "Program Property".
template <uint32_t Bit>
void claim_feature(OptionContext& context, const OptionUse&) {
  context.options.x86_feature_1_force |= Bit;
}
template <uint32_t Bit>
void need_isa(OptionContext& context, const OptionUse&) {
  context.options.x86_isa_needed |= Bit;
}

template <uint32_t Bits>
void report_features(OptionContext& context, const OptionUse& use) {
  static constexpr NamedValue<ReportLevel> kLevels[] = {
      {"none", ReportLevel::None}, {"warning", ReportLevel::Warning}, {"error", ReportLevel::Error}};
  const auto level = choose_named(context, use, kLevels);
  for (uint32_t bit = 1; level && bit <= Bits; bit <<= 1)
    if (bit & Bits) context.options.x86_feature_reports[bit] = *level;
}

template <SeparateCode Mode>
void set_separate_code(OptionContext& context, const OptionUse& use) {
  context.options.separate_code = use.is_on ? Mode : SeparateCode::None;
}

constexpr OptionRow kImplemented[] = {
    {"common-page-size", Required, "SIZE", "page size the layout is optimised for", set_page_size},
    {"dead-reloc-in-nonalloc", Required, "SECTIONS=VALUE",
     "in debug sections that match, what a reference to dropped code becomes", set_dead_reloc},
    {"[no]defs", None, "", "report references to undefined symbols (default)", set_unresolved},
    {"[no]execstack", None, "", "mark the stack as executable or not, whatever the inputs say", set_execstack},
    {"force-ibt ibt", None, "", "claim indirect branch tracking for the output", claim_feature<1 << 0>},
    {"shstk", None, "", "claim shadow stack support for the output", claim_feature<1 << 1>},
    {"[no]keep-text-section-prefix", None, "", "keep .text.hot, .text.unlikely and their kind apart",
     set_switch<&Options::keep_text_section_prefix>},
    {"max-page-size", Required, "SIZE", "largest page size the output must run with", set_page_size},
    {"muldefs", None, "", "like --allow-multiple-definition", set<&Options::allow_multiple_definition>},
    {"[no]relro", None, "", "make data read-only that only relocation writes (default)", set_switch<&Options::relro>},
    {"[no]sectionheader", None, "", "write the section header table (default)",
     [](OptionContext& context, const OptionUse& use) { context.options.nosectionheader = !use.is_on; }},
    {"[no]separate-code", None, "", "give code pages of its own (default)", set_separate_code<SeparateCode::Code>},
    {"[no]separate-loadable-segments", None, "", "give every segment pages of its own",
     set_separate_code<SeparateCode::LoadableSegments>},
    {"stack-size", Required, "SIZE", "size of the main stack, in PT_GNU_STACK", set_number<&Options::stack_size>},
    {"[no]start-stop-gc", None, "", "--gc-sections drops a section although __start_ or __stop_ of its name is used",
     set_switch<&Options::start_stop_gc>},
    {"start-stop-visibility", Required, "VISIBILITY",
     "of __start_ and __stop_ symbols: default, internal, hidden or protected", set_start_stop_visibility},
    {"[no]copyreloc", None, "", "a program may copy variables of shared libraries (default)",
     set_dynamic_switch<&DynamicOptions::copy_relocs>},
    {"[no]indirect-extern-access", None, "",
     "claim that the output needs no copies of other modules' variables, and make none (default: if an object claims "
     "it)",
     set_dynamic_answer<&DynamicOptions::indirect_access>},
    {"lazy", None, "", "functions of libraries are found on their first call (default)",
     set_dynamic<&DynamicOptions::bind_now, false>},
    {"now", None, "", "functions of libraries are found when the output is loaded",
     set_dynamic<&DynamicOptions::bind_now>},
    {"notext textoff", None, "", "the loader may write to read-only sections",
     set_dynamic<&DynamicOptions::text_relocs, TextRelocs::Allow>},
    {"text", None, "", "it may not: such relocations are errors (default: warnings)",
     set_dynamic<&DynamicOptions::text_relocs, TextRelocs::Forbid>},
    {"global globalaudit initfirst interpose loadfltr nodefaultlib nodelete nodlopen nodump origin unique", None, "",
     "what the loader is told in DT_FLAGS_1", add_loader_flag},
    {"group", None, "", "like -Bgroup", set_group},
    {"[no]dynamic-undefined-weak", None, "",
     "weak symbols that nothing defines are left to the loader, which may find them (default for libraries), or become "
     "0",
     set_dynamic_answer<&DynamicOptions::undefined_weak>},
    {"rodynamic", None, "", "the loader does not write to .dynamic", set_dynamic<&DynamicOptions::is_read_only>},
    {"ibtplt", None, "", "calls of library functions go through code that branch tracking permits",
     set_dynamic<&DynamicOptions::stubs_track_branches>},
    {"retpolineplt", None, "",
     "they go through code whose target no CPU guesses (clang -mretpoline), and the output claims neither IBT nor "
     "SHSTK",
     set_dynamic<&DynamicOptions::stubs_avoid_prediction>},
    {"lam-u48", None, "", "claim support of linear address masking (48 bits) for the output", claim_feature<3 << 2>},
    {"lam-u57", None, "", "the same (57 bits)", claim_feature<1 << 3>},
    {"x86-64-baseline", None, "", "the output needs a CPU of this level of x86-64", need_isa<1 << 0>},
    {"x86-64-v2", None, "", "the same", need_isa<1 << 1>},
    {"x86-64-v3", None, "", "the same", need_isa<1 << 2>},
    {"x86-64-v4", None, "", "the same", need_isa<1 << 3>},
    {"cet-report", Required, "LEVEL", "report objects without IBT or SHSTK: none, warning or error",
     report_features<3 << 0>},
    {"lam-report", Required, "LEVEL", "the same for linear address masking", report_features<3 << 2>},
    {"lam-u48-report", Required, "LEVEL", "the same (48 bits)", report_features<1 << 2>},
    {"lam-u57-report", Required, "LEVEL", "the same (57 bits)", report_features<1 << 3>},
    {"noreloc-overflow", None, "", "cut off values that do not fit their field", set<&Options::allows_overflow>},
    {"[no]pack-relative-relocs", None, "", "write relative relocations as bitmaps (DT_RELR)",
     set_dynamic_switch<&DynamicOptions::pack_relative_relocs>},
    {"wxneeded", None, "", "OpenBSD: the program needs memory that is writable and executable",
     set<&Options::needs_writable_code>},
    {"nobtcfi", None, "", "OpenBSD: the program was not built for branch tracking", set<&Options::no_branch_tracking>},
    {"tls-seg", Required, "SEGMENT", "reach thread-local data through gs, whatever the compiler chose; fs: as compiled",
     choose_thread_segment},
    {"undefs", None, "", "undefined symbols become 0", set<&Options::unresolved, UnresolvedPolicy::Ignore>},
};

constexpr OptionRow kNoEffect[] = {
    {"execstack-if-needed", None, "", "what it asks for is the default"},
    {"[no]combreloc", None, "", "relocations are always in one section, and sorted"},
    {"[no]common", None, "", "common symbols become ordinary objects"},
    {"[no]extern-protected-data", None, "", "protected data is never preempted"},
    {"[no]unique-symbol", None, "", "local symbols keep their names"},
    {"[no]gnustack", None, "", "PT_GNU_STACK is always written"},
    {"call-nop", Required, "PADDING", "shortened calls have one fixed form"},
    {"force-bti", None, "", "ARM only"},
    {"gcs", Required, "MODE", "ARM only"},
    {"gcs-report", Required, "LEVEL", "ARM only"},
    {"pac-plt", None, "", "ARM only"},
    {"bti-report", Required, "LEVEL", "ARM only"},
    {"hazardplt", None, "", "for other CPUs"},
    {"ifunc-noplt", None, "", "resolver functions are reached through stubs"},
    {"lrodata-after-bss", None, "", "large sections lie after all others already"},
    {"[no]mark-plt", None, "", "only for dynamic outputs"},
    {"[no]memory-seal", None, "", "only the dynamic loader reads it"},
    {"report-relative-reloc", None, "", "relative relocations are not listed; see -Map"},
    {"nounique", None, "", "libraries are not unique unless -z unique says so"},
};

constexpr OptionRow kNotYet[] = {
    {"rel rela", None, "", "the form of relocations is that of the ABI"},
    {"rewrite-endbr", None, "", "instructions are not removed"},
};

constexpr OptionGroup kGroups[] = {
    {"Keywords of -z", Implemented, kImplemented},
    {"Keywords of -z accepted without effect", NoEffect, kNoEffect},
    {"Keywords of -z not supported yet", NotYet, kNotYet},
};

constexpr auto kNames = make_option_index<kGroups>();
static_assert(has_unique_names(kNames));

}  // namespace

OptionTable gnu_keywords() {
  return {kGroups, kNames};
}

}  // namespace xld::elf
