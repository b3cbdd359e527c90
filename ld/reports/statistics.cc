// --stats: where the time went, and how much there was of everything.
#include <fmt/core.h>
#include <sys/resource.h>

#include "ld/reports/reports.h"

namespace xld {

namespace {

std::string pass_table(const Timings& timings) {
  std::string text = fmt::format("{:<24}{:>12}{:>12}\n", "pass", "wall ms", "CPU ms");
  const auto add = [&](const Timings::Entry& entry, uint32_t indent) {
    constexpr double kMillisecond = 1e6;
    const std::string name = std::string(2 * indent, ' ').append(entry.name);
    text += fmt::format("{:<24}{:>12.3f}{:>12.3f}\n", name, static_cast<double>(entry.duration_ns) / kMillisecond,
                        static_cast<double>(entry.cpu_ns) / kMillisecond);
  };
  for (const Timings::Entry& entry : timings.entries())
    if (entry.is_finished) add(entry, entry.depth);
  add(timings.total(), 0);
  return text;
}

struct SectionCounts {
  uint64_t live = 0, removed = 0;
  uint64_t relocations = 0;  // of live ones
};

SectionCounts count_sections(const Link& link) {
  SectionCounts counts;
  for (const InputFile* file : link.inputs.files) {
    for (uint32_t i = file->first_atom.value; i < file->first_atom.value + file->atom_count; i++) {
      const Atom& atom = link.atoms[i];
      (link.is_live[i] ? counts.live : counts.removed)++;
      if (link.is_live[i] && atom.relocs) counts.relocations += atom.reloc_count;
    }
  }
  return counts;
}

}  // namespace

std::string statistics(const Link& link, const InputFinder& finder) {
  std::string text = pass_table(link.session.timings) + "\n";
  const auto add = [&](std::string_view name, uint64_t number) { text += fmt::format("{:<24}{:>12}\n", name, number); };
  uint64_t bytes = 0, members = 0;
  for (const auto& file : finder.opened_files()) bytes += file.bytes.size();
  for (const InputFile* file : link.inputs.files) members += !file->member.empty();
  add("threads", link.session.pool.thread_count());
  add("files opened", finder.opened_files().size());
  add("bytes in them", bytes);
  add("archives", finder.archive_count());
  add("objects", link.inputs.files.size());
  add("  of them from archives", members);
  add("global symbols", link.symbols.size());
  if (has_liveness(link)) {
    const SectionCounts counts = count_sections(link);
    add("input sections kept", counts.live);
    add("  relocations in them", counts.relocations);
    add("input sections removed", counts.removed);
  }
  add("output bytes", link.layout.file_size);
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) add("peak memory KiB", static_cast<uint64_t>(usage.ru_maxrss));
  return text;
}

}  // namespace xld
