// The ELF table with a few entries replaced. See format.h.
#include "kernel_image/format.h"

#include "formats/elf/format.h"
#include "formats/targets.h"
#include "kernel_image/checks.h"
#include "kernel_image/elf_head.h"
#include "kernel_image/names.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kDefaultLoadAddress = 0x100000;  // 1 MiB: below it lies the firmware's memory

void begin(Link& link) {
  elf::begin(link);
  Target& target = link.session.target;
  target.image_base = link.options().image.load_address.value_or(kDefaultLoadAddress);
  target.entry = link.options().image.has_runtime ? "xrt_start32" : "_start";
  check_options(link);
}

// Page protection follows segments, so each has pages of its own.
void adjust_plan(Link& link) {
  LayoutPlan& plan = link.layout.plan;
  plan.load_base =
      link.options().image.load_address.value_or(link.options().physical_base.value_or(kDefaultLoadAddress));
  for (Segment& segment : link.layout.segments) segment.starts_new_page = true;
  for (OutputSection& section : link.layout.sections) section.is_relro = false;
}

void plan(Link& link) {
  elf::plan_as(link, {[](Link& l) {
                        add_elf_head(l);
                        add_tables(l);
                      },
                      false, adjust_plan});
}

void settle(Link& link) {
  elf::settle(link);
  check_layout(link);
}

constexpr Format make_format() {
  Format format = elf::kFormat;
  format.begin = begin;
  format.provide_symbols = provide_symbols;
  format.plan = plan;
  format.settle = settle;
  format.define_symbols = define_symbols;
  return format;
}

}  // namespace

constexpr Format kFormat = make_format();

void complete_options(Options& options, const std::vector<std::string>& directories) {
  if (options.image.kind == ImageKind::None) return;
  options.is_static = true;
  if (options.target.cpu == Cpu::Unknown)
    apply_target_name(*find_target_name(TargetNameKind::Target, "none-amd64"), options.target);
  if (!options.image.has_runtime) return;
  options.search_paths.insert(options.search_paths.end(), directories.begin(), directories.end());
  InputOption& runtime = options.inputs.emplace_back();
  runtime.kind = InputKind::Library;
  runtime.name = "xrt";
  runtime.is_static = true;
}

}  // namespace xld::kernel_image
