// --why-extract and --print-archive-stats: tables with tabs, in lld's form, which scripts read.
#include <fmt/core.h>

#include "ld/messages.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

std::string explain_extractions(const Link& link) {
  std::string text = "reference\textracted\tsymbol\n";
  for (const Extraction& reason : first_reasons(link)) {
    const std::string user = reason.user.is_valid() ? link.inputs.file(reason.user).display_name() : "<internal>";
    text += fmt::format("{}\t{}\t{}\n", user, link.inputs.file(reason.member).display_name(),
                        readable_name(link, link.symbols.name(reason.symbol)));
  }
  return text;
}

std::string count_archive_members(const Link& link, const InputFinder& finder) {
  std::string text = "members\textracted\tarchive\n";
  for (const InputFinder::ArchiveFacts& archive : finder.archives()) {
    size_t taken = 0;
    for (const InputFile* file : link.inputs.files) taken += !file->member.empty() && file->path == archive.path;
    text += fmt::format("{}\t{}\t{}\n", archive.members, taken, archive.path);
  }
  return text;
}

}  // namespace xld
