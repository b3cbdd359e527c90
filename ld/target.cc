// The list of formats, and choosing among them. See target.h.
#include "ld/target.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/target_table.h"
#include "formats/elf/format.h"
#include "formats/macho/format.h"
#include "kernel_image/format.h"

namespace xld {

namespace {

constexpr const Format* kFormats[] = {&elf::kFormat, &macho::kFormat};

std::string_view cpu_name(Cpu cpu) {
  switch (cpu) {
    case Cpu::X86_64:
      return "x86-64";
    case Cpu::I386:
      return "i386";
    case Cpu::Arm64:
      return "arm64";
    case Cpu::Unknown:
      break;
  }
  return "an unknown CPU";
}

std::string cpu_name(const Identity& identity) {
  if (identity.cpu != Cpu::Unknown) return std::string(cpu_name(identity.cpu));
  if (!identity.foreign_cpu.empty()) return std::string(identity.foreign_cpu);
  return fmt::format("an unknown CPU (number {})", identity.cpu_number);
}

const Format& format_for(ObjectFormat id, ImageKind image) {
  if (image != ImageKind::None) return kernel_image::kFormat;
  for (const Format* format : kFormats)
    if (format->id == id) return *format;
  return *kFormats[0];
}

OutputKind output_kind(const Options& options) {
  if (options.is_relocatable) return OutputKind::Relocatable;
  if (options.is_shared) return OutputKind::SharedLibrary;
  if (options.is_static) return options.is_pie ? OutputKind::StaticPie : OutputKind::StaticExecutable;
  return options.is_pie ? OutputKind::DynamicPie : OutputKind::DynamicExecutable;
}

bool is_supported(const Target& target) {
  const std::span<const Cpu> cpus = format_for(target.format, ImageKind::None).cpus;
  return std::find(cpus.begin(), cpus.end(), target.cpu) != cpus.end();
}

void start(Link& link) {
  Target& target = link.session.target;
  target.word_size = target.cpu == Cpu::I386 ? 4 : 8;
  target.output = output_kind(link.options());
  link.format = &format_for(target.format, link.options().image.kind);
  link.arch = &arch_for(target.cpu);
}

}  // namespace

Identity identify_file(Bytes bytes) {
  for (const Format* format : kFormats)
    if (const Identity identity = format->identify(bytes); identity.kind != FileKind::Unknown) return identity;
  return {};
}

bool is_foreign(const Link& link, const Identity& identity) {
  const ObjectFormat output = link.format ? link.target().format : link.options().target.format;
  return identity.kind == FileKind::Object && identity.format == ObjectFormat::Elf && output == ObjectFormat::MachO;
}

bool settle_target(Link& link, const std::string& name, const Identity& identity) {
  Target& target = link.session.target;
  if (!link.format) {
    target = link.options().target;
    if (target.format == ObjectFormat::Unknown) target.format = identity.format;
    if (target.cpu == Cpu::Unknown) target.cpu = identity.cpu;
    if (target.os == OperatingSystem::Unknown && target.format == identity.format) target.os = identity.os;
  }
  // Objects that are for any system do not say for which the output is; one of those that follow may.
  const bool is_open = target.os == OperatingSystem::Unknown && link.options().target.os == OperatingSystem::Unknown;
  if (link.format && is_open && target.format == identity.format) target.os = identity.os;
  // A description of libraries for several CPUs settles nothing.
  const bool is_for_any = identity.is_for_any_cpu && identity.format == target.format;
  if (is_for_any && !link.format && target.cpu == Cpu::Unknown) return true;
  const bool is_readable = identity.format == target.format || is_foreign(link, identity);
  const bool is_for_target = is_readable && (identity.cpu == target.cpu || is_for_any);
  if (!is_for_target && target.cpu != Cpu::Unknown) {
    link.diagnostics().error(fmt::format(
        "{}: is {} for {}, but the output is {} for {}; remove it, or choose another "
        "output with -m or --target",
        name, format_name(identity.format), cpu_name(identity), format_name(target.format), cpu_name(target.cpu)));
    return false;
  }
  if (!is_supported(target)) {
    link.diagnostics().error(fmt::format("{}: is for {}, which is not supported", name, cpu_name(identity)));
    return false;
  }
  if (!link.format) start(link);
  return true;
}

bool settle_target_from_options(Link& link) {
  if (link.format) return true;
  link.session.target = link.options().target;
  if (link.session.target.format == ObjectFormat::Unknown) link.session.target.format = ObjectFormat::Elf;
  // Lists of imports, scripts and intermediate code do not say for which machine they are: without anything else, it is
  // the usual one.
  if (link.session.target.cpu == Cpu::Unknown && link.session.target.format == ObjectFormat::Elf)
    link.session.target.cpu = Cpu::X86_64;
  if (!is_supported(link.session.target)) {
    if (!link.diagnostics().failed())
      link.diagnostics().error("no input says what the output is for; name an object, or the CPU with -arch");
    return false;
  }
  start(link);
  return true;
}

}  // namespace xld
