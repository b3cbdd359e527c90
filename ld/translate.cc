// See translate.h.
#include "ld/translate.h"

#include <fmt/core.h>

#include "formats/elf_to_macho/translate.h"
#include "ld/runtime_slots.h"

namespace xld {

void translate_object(Link& link, InputFile& file, uint32_t worker) {
  elf_to_macho::TranslationSettings settings;
  settings.cpu = link.target().cpu;
  settings.adds_underscores = link.options().darwin.adds_underscores;
  settings.keeps_debug_information = link.options().strip == StripMode::None;
  settings.may_execute_stack = link.options().darwin.allows_stack_execution;
  settings.has_system_threads = !link.options().is_static && !link.options().darwin.is_preload;
  settings.has_raw_slots = RawSlots(link).applies_to(file);
  for (const TlsSlot& slot : link.options().tls_slots) settings.slot_names.push_back(slot.name);
  elf_to_macho::Translation translation = elf_to_macho::translate(file.bytes, settings);
  file.problems = link.session.arena(worker).allocate_array<std::string_view>(translation.problems.size());
  for (size_t i = 0; i < translation.problems.size(); i++)
    file.problems[i] = link.session.keep(std::move(translation.problems[i]));
  file.bytes = as_bytes(link.session.keep(std::move(translation.object)));
  if (file.bytes.empty()) report_translation(link, file);
}

void report_translation(Link& link, const InputFile& file) {
  for (size_t i = 0; i < file.problems.size(); i++)
    link.diagnostics().error(fmt::format("{}: {}", file.display_name(), file.problems[i]), file.id, i);
}

}  // namespace xld
