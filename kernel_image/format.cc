// The ELF table with a few entries replaced. See format.h.
#include "kernel_image/format.h"

#include "formats/elf/format.h"
#include "formats/targets.h"
#include "kernel_image/checks.h"
#include "kernel_image/frame.h"
#include "kernel_image/kinds.h"
#include "kernel_image/names.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kDefaultLoadAddress = 0x100000;  // 1 MiB: below it lies the firmware's memory

void begin(Link& link) {
  elf::begin(link);
  Target& target = link.session.target;
  target.image_base = link.options().image.load_address.value_or(kDefaultLoadAddress);
  target.entry = link.options().image.has_runtime ? "xrt_start32" : "_start";
  target.second_entry = {};
  check_options(link);
}

void adjust_plan(Link& link) {
  const Options& options = link.options();
  link.layout.plan.load_base =
      options.image.load_address.value_or(options.physical_base.value_or(link.layout.plan.base_address));
  // Nobody relocates a kernel: what would be read-only afterwards is so by the rules of its segment.
  for (OutputSection& section : link.layout.sections) section.is_relro = false;
  kind_of(link).plan.adjust(link);
}

void plan(Link& link) {
  elf::PlanVariant variant = kind_of(link).plan;
  variant.has_fixed_base = true;
  variant.adjust = adjust_plan;
  elf::plan_as(link, variant);
}

void settle(Link& link) {
  elf::settle(link);
  check_layout(link);
  fill_pages(link);
  if (const auto frame = kind_of(link).frame; frame && !link.diagnostics().failed()) frame(link);
}

void seal(const Link& link, Image& image, Bytes digests) {
  elf::seal(link, image, digests);
  seal_names(link, image);
  if (const auto finish = kind_of(link).seal) finish(link, image);
}

constexpr Format make_format() {
  Format format = elf::kFormat;
  format.begin = begin;
  format.provide_symbols = provide_symbols;
  format.plan = plan;
  format.settle = settle;
  format.define_symbols = define_symbols;
  format.seal = seal;
  return format;
}

}  // namespace

constexpr Format kFormat = make_format();

void complete_options(Options& options, const std::vector<std::string>& directories) {
  if (options.image.kind == ImageKind::None) return;
  options.is_static = true;
  // Nobody reads there whether stacks may be executed: the kernel's own page tables say. So objects without a note,
  // such as assembler's, are not worth a warning.
  options.noexecstack = !options.execstack;
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
