// The options of the historical linkers 6l and 8l of the Go toolchain, where they differ from those of GNU ld: five
// letters that mean something else there. Spoken under the names 6l and 8l, and wherever -H names the system, as only
// those linkers had it; docs/targets.md. All other options are GNU ld's.
#include "core/bytes.h"
#include "formats/elf/flags.h"
#include "formats/flag_index.h"
#include "formats/flag_setters.h"

namespace xld::elf {

namespace {

using enum ValueKind;
using enum Effect;

// The address of a section of ELF, and of the segment that it begins in Mach-O.
template <const auto& Section, const auto& Segment>
void set_start(OptionContext& context, const OptionUse& use) {
  const auto address = parse_number(use.value);
  if (!address) return report_bad_number(context, use, "a number");
  context.options.section_start[Section] = *address;
  context.options.darwin.segment_addresses.emplace_back(Segment, *address);
}

constexpr char kText[] = ".text", kData[] = ".data", kTextSegment[] = "__TEXT", kDataSegment[] = "__DATA";

void set_rounding(OptionContext& context, const OptionUse& use) {
  const auto size = parse_number(use.value);
  if (!size || !is_power_of_two(*size)) return report_bad_number(context, use, "a power of two");
  context.options.max_page_size = *size;
  context.options.common_page_size = *size;
}

void set_start_symbol(OptionContext& context, const OptionUse& use) {
  context.options.entry = use.value;
  context.options.entry_given = true;
}

void leave_nothing_to_loader(OptionContext& context, const OptionUse&) {
  context.options.is_static = true;
  context.options.forbids_imports = true;
  context.following.is_static = true;
}

constexpr OptionRow kRows[] = {
    {"-T", Required, "ADDRESS", "address of the code", set_start<kText, kTextSegment>},
    {"-D", Required, "ADDRESS", "address of the data", set_start<kData, kDataSegment>},
    {"-R", Required, "SIZE", "segments begin at multiples of SIZE", set_rounding},
    {"-E", Required, "SYMBOL", "start at SYMBOL, or at an address", set_start_symbol},
    {"-d", None, "", "leave nothing to a loader", leave_nothing_to_loader},
};

constexpr OptionGroup kGroups[] = {{"As 6l and 8l had them", Implemented, kRows}};
constexpr auto kNames = make_option_index<kGroups>();
static_assert(has_unique_names(kNames));

}  // namespace

Dialect historical_dialect(Cpu cpu) {
  Dialect dialect = gnu_dialect();
  dialect.name = "historical";
  dialect.preferred = {kGroups, kNames};
  if (cpu == Cpu::X86_64) dialect.apply_defaults = [](Options& options) { options.target.cpu = Cpu::X86_64; };
  if (cpu == Cpu::I386) dialect.apply_defaults = [](Options& options) { options.target.cpu = Cpu::I386; };
  return dialect;
}

}  // namespace xld::elf
