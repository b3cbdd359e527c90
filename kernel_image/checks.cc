// See checks.h.
#include "kernel_image/checks.h"

#include <fmt/core.h>

#include "formats/elf/dynamic_relocs.h"
#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kPage = 0x1000;
constexpr uint64_t kReach32 = uint64_t{1} << 32;

void check_output_kind(Link& link) {
  const Options& options = link.options();
  const auto refuse = [&](std::string_view option, std::string_view reason) {
    link.diagnostics().error(fmt::format("{} with --image: {}", option, reason));
  };
  if (options.is_relocatable) refuse("-r", "an image is an executable; leave -r out");
  if (options.is_shared) refuse("-shared", "an image is an executable; leave -shared out");
  if (options.is_pie)
    refuse("-pie", "nobody applies dynamic relocations to a kernel; link it at its address (--load-address)");
  if (!options.dynamic_linker.empty())
    refuse("--dynamic-linker", fmt::format("there is no {} to interpret a kernel (PT_INTERP)", options.dynamic_linker));
}

void check_load_address(Link& link) {
  const uint64_t address = link.layout.plan.load_base.value_or(link.options().image.load_address.value_or(0));
  if (address % kPage != 0)
    link.diagnostics().error(fmt::format(
        "--load-address={:#x}: is not a multiple of the page size; {:#x} bytes too many", address, address % kPage));
}

void check_range(Link& link) {
  const ImageFacts facts = image_facts(link);
  for (const OutputSection& section : link.layout.sections) {
    if (!section.is_allocated || section.load_address >= facts.load_start) continue;
    link.diagnostics().error(
        fmt::format("section {}: load address {:#x} is below the image's, {:#x}; choose another address for it, or "
                    "a lower --load-address",
                    section.name, section.load_address, facts.load_start));
  }
  if (facts.memory_end > kReach32)
    link.diagnostics().error(
        fmt::format("the image ends at physical address {:#x}, beyond the 4 GiB (0x100000000) that are reached before "
                    "paging is on; choose a lower --load-address",
                    facts.memory_end));
}

// Functions that choose their implementation at load time need somebody to call the choosers.
void check_relocations(Link& link) {
  const size_t count = elf::resolver_reloc_count(link);
  if (count == 0) return;
  link.diagnostics().error(fmt::format(
      "{} dynamic relocation{} (R_X86_64_IRELATIVE, of ifunc functions) would be left to a loader, and a kernel has "
      "none; compile without __attribute__((ifunc)) and target_clones",
      count, count == 1 ? "" : "s"));
}

}  // namespace

void check_options(Link& link) {
  const Target& target = link.target();
  if (target.cpu != Cpu::X86_64 || target.os != OperatingSystem::None)
    link.diagnostics().error("--image: an image is for x86-64 without an operating system; use --target=none-amd64");
  check_output_kind(link);
  check_load_address(link);
}

void check_layout(Link& link) {
  check_range(link);
  check_relocations(link);
}

}  // namespace xld::kernel_image
