// See checks.h.
#include "kernel_image/checks.h"

#include <algorithm>
#include <fmt/core.h>
#include <vector>

#include "formats/elf/dynamic_relocs.h"
#include "kernel_image/facts.h"
#include "kernel_image/kinds.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kPage = 0x1000;

void check_output_kind(Link& link) {
  const Options& options = link.options();
  const auto refuse = [&](std::string_view option, std::string_view reason) {
    link.diagnostics().error(fmt::format("{} with --image: {}", option, reason));
  };
  if (options.is_relocatable) refuse("-r", "an image is an executable; leave -r out");
  if (options.is_shared) refuse("-shared", "an image is an executable; leave -shared out");
  if (options.is_pie)
    refuse("-pie", "nobody applies dynamic relocations to a kernel; link it at its address (--load-address)");
  if (options.output_format != OutputFormatKind::Object)
    refuse("--oformat", "the kind of image is the format; use --image=flat for nothing but the bytes");
  if (options.emit_relocs && kind_of(link).plan.is_memory_only)
    refuse("--emit-relocs", fmt::format("{} holds nothing but what is loaded; use elf", kind_of(link).name));
  if (!options.dynamic_linker.empty())
    refuse("--dynamic-linker", fmt::format("there is no {} to interpret a kernel (PT_INTERP)", options.dynamic_linker));
}

// Pages of the file are pages of memory, and begin with the image.
void check_address(Link& link, std::string_view what, uint64_t address) {
  const uint64_t page = std::max(kPage, link.options().max_page_size.value_or(kPage));
  if (address % page != 0)
    link.diagnostics().error(fmt::format("{}={:#x}: is {:#x} bytes behind a multiple of the page size, {:#x}", what,
                                         address, address % page, page));
}

void check_addresses(Link& link) {
  const Options& options = link.options();
  check_address(link, "--load-address", options.image.load_address.value_or(link.target().image_base));
  if (options.image_base) check_address(link, "--image-base", *options.image_base);
  if (options.physical_base) check_address(link, "--physical-image-base", *options.physical_base);
}

// Run-time addresses that go on at 0 behind the last one.
bool wraps_around(const Link& link, const OutputSection& section) {
  return section.address < link.layout.plan.base_address || section.address + section.size < section.address;
}

void check_range(Link& link) {
  const ImageFacts facts = image_facts(link);
  for (const OutputSection& section : link.layout.sections) {
    if (!section.is_allocated) continue;
    if (section.load_address >= facts.load_start) {
      if (wraps_around(link, section))
        link.diagnostics().error(
            fmt::format("section {}, {:#x} bytes at {:#x}, is beyond the last address; choose a lower "
                        "--image-base",
                        section.name, section.size, section.address));
      continue;
    }
    link.diagnostics().error(
        fmt::format("section {}: load address {:#x} is below the image's, {:#x}; choose another address for it, or "
                    "a lower --load-address",
                    section.name, section.load_address, facts.load_start));
  }
}

void check_limits(Link& link) {
  const ImageFacts facts = image_facts(link);
  const Kind& kind = kind_of(link);
  if (facts.memory_end > kind.highest_end)
    link.diagnostics().error(fmt::format(
        "--image={}: the image ends at physical address {:#x}, {:#x} bytes beyond {:#x} ({}); choose a lower "
        "--load-address, or make it smaller",
        kind.name, facts.memory_end, facts.memory_end - kind.highest_end, kind.highest_end, kind.limit));
  if (facts.size() > kind.largest_size)
    link.diagnostics().error(
        fmt::format("--image={}: the image has {} bytes, {} more than fit into {}; choose another kind", kind.name,
                    facts.size(), facts.size() - kind.largest_size, kind.limit));
  if (kind.fixed_load_address != 0 && facts.load_start != kind.fixed_load_address)
    link.diagnostics().error(fmt::format("--image={}: loaders put it to {:#x}, not to {:#x}; leave --load-address out",
                                         kind.name, kind.fixed_load_address, facts.load_start));
}

// Ranges of memory that two sections claim. Those of thread-local zero fill are in no memory of the image.
void check_overlaps(Link& link) {
  std::vector<const OutputSection*> sections;
  for (const OutputSection& section : link.layout.sections)
    if (section.is_allocated && section.size != 0 && !(section.is_thread_local && section.is_zero_fill))
      sections.push_back(&section);
  std::sort(sections.begin(), sections.end(), [](const auto* a, const auto* b) { return a->address < b->address; });
  const auto name = [](const OutputSection& section) { return section.name.empty() ? "(headers)" : section.name; };
  for (size_t i = 1; i < sections.size(); i++) {
    const OutputSection& a = *sections[i - 1];
    const OutputSection& b = *sections[i];
    if (b.address - a.address >= a.size) continue;
    link.diagnostics().error(fmt::format(
        "section {} at {:#x}, {:#x} bytes, overlaps section {} at {:#x} by {:#x} bytes; move one of them with "
        "--section-start",
        name(a), a.address, a.size, name(b), b.address, a.address + a.size - b.address));
  }
}

void check_interpreter(Link& link) {
  for (const OutputSection& section : link.layout.sections)
    if (section.is_allocated && section.name == ".interp" && section.size != 0)
      link.diagnostics().error(
          fmt::format("section .interp, {} bytes, asks for an interpreter (PT_INTERP), and a kernel "
                      "has none; leave the section out",
                      section.size));
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
  check_addresses(link);
}

void check_layout(Link& link) {
  check_range(link);
  check_limits(link);
  check_overlaps(link);
  check_interpreter(link);
  check_relocations(link);
}

}  // namespace xld::kernel_image
