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

void force_feature(OptionContext& context, uint32_t bit) {
  context.options.x86_feature_1_force |= bit;
}
// GNU_PROPERTY_X86_FEATURE_1_IBT and _SHSTK, x86-64 psABI, "Program Property".
void force_ibt(OptionContext& context, const OptionUse&) {
  force_feature(context, 1);
}
void force_shstk(OptionContext& context, const OptionUse&) {
  force_feature(context, 2);
}

void allow_text_relocs(OptionContext& context, const OptionUse&) {
  context.options.dynamic.allow_text_relocs = true;
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
    {"force-ibt ibt", None, "", "claim indirect branch tracking for the output", force_ibt},
    {"shstk", None, "", "claim shadow stack support for the output", force_shstk},
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
    {"lazy", None, "", "functions of libraries are found on their first call (default)",
     set_dynamic<&DynamicOptions::bind_now, false>},
    {"now", None, "", "functions of libraries are found when the output is loaded",
     set_dynamic<&DynamicOptions::bind_now>},
    {"notext textoff", None, "", "the loader may write to read-only sections", allow_text_relocs},
    {"text", None, "", "relocations of read-only sections are errors (default)",
     set_dynamic<&DynamicOptions::allow_text_relocs, false>},
    {"global globalaudit initfirst interpose loadfltr nodefaultlib nodelete nodlopen nodump origin unique", None, "",
     "what the loader is told in DT_FLAGS_1", add_loader_flag},
    {"[no]pack-relative-relocs", None, "", "write relative relocations as bitmaps (DT_RELR)",
     set_dynamic_switch<&DynamicOptions::pack_relative_relocs>},
    {"wxneeded", None, "", "OpenBSD: the program needs memory that is writable and executable",
     set<&Options::needs_writable_code>},
    {"nobtcfi", None, "", "OpenBSD: the program was not built for branch tracking", set<&Options::no_branch_tracking>},
    {"undefs", None, "", "undefined symbols become 0", set<&Options::unresolved, UnresolvedPolicy::Ignore>},
};

constexpr OptionRow kNoEffect[] = {
    {"[no]combreloc", None, "", "the few relocations of a static output are always in one section"},
    {"[no]common", None, "", "common symbols become ordinary objects"},
    {"[no]dynamic-undefined-weak", None, "", "a static output has no dynamic symbols"},
    {"[no]extern-protected-data", None, "", "protected data is never preempted"},
    {"[no]indirect-extern-access", None, "", "a static output reaches everything directly"},
    {"[no]unique-symbol", None, "", "local symbols keep their names"},
    {"[no]gnustack", None, "", "PT_GNU_STACK is always written"},
    {"call-nop", Required, "PADDING", "shortened calls have one fixed form"},
    {"cet-report", Required, "LEVEL", "objects without IBT or SHSTK are not reported"},
    {"lam-report", Required, "LEVEL", "objects without LAM are not reported"},
    {"lam-u48-report", Required, "LEVEL", "objects without LAM are not reported"},
    {"lam-u57-report", Required, "LEVEL", "objects without LAM are not reported"},
    {"force-bti", None, "", "ARM only"},
    {"gcs", Required, "MODE", "ARM only"},
    {"gcs-report", Required, "LEVEL", "ARM only"},
    {"pac-plt", None, "", "ARM only"},
    {"bti-report", Required, "LEVEL", "ARM only"},
    {"hazardplt retpolineplt", None, "", "a static output has stubs for resolver functions only"},
    {"ibtplt", None, "", "stubs begin with an end-branch instruction where the output claims IBT"},
    {"ifunc-noplt", None, "", "resolver functions are reached through stubs"},
    {"lrodata-after-bss", None, "", "large sections lie after all others already"},
    {"[no]mark-plt", None, "", "only for dynamic outputs"},
    {"[no]memory-seal", None, "", "only the dynamic loader reads it"},
    {"report-relative-reloc", None, "", "relative relocations are not listed; see -Map"},
    {"nounique", None, "", "libraries are not unique unless -z unique says so"},
    {"rodynamic", None, "", "only for dynamic outputs"},
};

constexpr OptionRow kNotYet[] = {
    {"execstack-if-needed", None, "", "use -z execstack"},
    {"lam-u48", None, "", "LAM cannot be claimed"},
    {"lam-u57", None, "", "LAM cannot be claimed"},
    {"noreloc-overflow", None, "", "a relocation that does not fit is an error"},
    {"rel rela", None, "", "the form of relocations is that of the ABI"},
    {"rewrite-endbr", None, "", "instructions are not removed"},
    {"x86-64-baseline x86-64-v2 x86-64-v3 x86-64-v4", None, "", "an instruction set level cannot be claimed"},
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
