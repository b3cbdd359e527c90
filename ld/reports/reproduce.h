// --reproduce: a tar archive with every file that was opened, and response.txt, which links them again to the same
// bytes: `xld @response.txt` in the folder where it stands.
//
// Relative paths stay as they are (names such as _binary_<path>_start depend on them); for paths that leave the current
// directory with "..", response.txt stands as deep as they need. Absolute paths move below "root". Libraries and
// scripts have been looked up already: response.txt names the files they led to. Members of thin archives keep their
// place beside the archive, so only an archive that names them by absolute paths cannot be moved to another machine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/options.h"
#include "core/report_sink.h"
#include "ld/inputs.h"

namespace xld {

std::optional<Error> write_reproduction(const Options& options, const InputFinder& finder, ReportSink& sink);

// The words of response.txt, one a line, quoted for it.
std::string response_text(const Options& options, std::span<const InputFinder::OpenedFile> files);

// Where the files of a link go in the archive.
class ReproducedPaths {
 public:
  explicit ReproducedPaths(std::span<const InputFinder::OpenedFile> files);

  // As response.txt names the file.
  std::string name(std::string_view path) const;
  // Its place in the archive, below the archive's own folder.
  std::string place(std::string_view path) const { return clean_place(name(path)); }
  std::string response_place() const;

 private:
  std::string clean_place(const std::string& name) const;

  size_t depth_ = 0;           // folders around response.txt, so that ".." stays inside
  std::string root_ = "root";  // for absolute paths; no relative one starts like it
};

}  // namespace xld
