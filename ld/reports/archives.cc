// --why-extract and --print-archive-stats: tables with tabs, in lld's form, which scripts read.
#include <algorithm>
#include <fmt/core.h>

#include "core/glob.h"
#include "ld/messages.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

// What wants a symbol that no file has asked for, in the words of lld, whose table this is.
std::string_view option_for(const Link& link, std::string_view name) {
  const Options& options = link.options();
  const auto matches = [&](const std::string& glob) { return Glob(glob).matches(name); };
  if (options.entry_given && name == options.entry) return "--entry";
  return std::ranges::any_of(options.undefined_globs, matches) ? "--undefined-glob" : "<internal>";
}

}  // namespace

std::string explain_extractions(const Link& link) {
  std::string text = "reference\textracted\tsymbol\n";
  for (const Extraction& reason : first_reasons(link)) {
    const std::string_view name = link.symbols.name(reason.symbol);
    const std::string user =
        reason.user.is_valid() ? link.inputs.file(reason.user).display_name() : std::string(option_for(link, name));
    text +=
        fmt::format("{}\t{}\t{}\n", user, link.inputs.file(reason.member).display_name(), readable_name(link, name));
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
