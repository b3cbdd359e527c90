// ReportSink: where reports go: maps, statistics, dependency files. Behind an interface, as inputs are behind
// FileSystem, so that tests and embedders catch them in memory and the library needs no standard output.
//
// Threads: a link calls its sink from one thread, in an order that does not depend on the number of threads.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"

namespace xld {

class ReportSink {
 public:
  virtual ~ReportSink() = default;

  // Takes one report, whole: the pieces follow each other. `name` is a path as the user gave it, or "-" for standard
  // output, which may get several reports. Nothing, or why nothing was written.
  virtual std::optional<Error> write(const std::string& name, std::span<const Bytes> pieces) = 0;

  std::optional<Error> write_text(const std::string& name, std::string_view text);
};

// Files appear under their names when they are complete, as the output does. There is no standard output here: programs
// that have one override write().
class DiskReportSink : public ReportSink {
 public:
  std::optional<Error> write(const std::string& name, std::span<const Bytes> pieces) override;
};

}  // namespace xld
