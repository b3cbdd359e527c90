// Where -l, -framework and the names of files are looked for. The rules of GNU ld (a sysroot for directories that begin
// with "=") and of ld64's manual, "Search paths", "-syslibroot".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/file_system.h"
#include "core/options.h"

namespace xld {

class LibrarySearch {
 public:
  // Whether a file that was found is what is looked for; else the search goes on.
  using Acceptance = std::function<bool(const std::string& path)>;

  LibrarySearch(const Options& options, FileSystem& files);

  // A directory that is searched behind all others; a leading "=" stands for the sysroot.
  void add_directory(std::string directory) { directories_.push_back(std::move(directory)); }

  std::vector<std::string> library_paths() const;
  std::vector<std::string> framework_paths() const;

  std::optional<std::string> find_library(const InputOption& option, const Acceptance& accept) const;
  std::optional<std::string> find_framework(const InputOption& option) const;
  std::optional<std::string> find_in_paths(const std::string& file, const Acceptance& accept) const;

  // --print-dylib-search: which files were looked for, and which of them are there; a line each.
  const std::string& trace() const { return trace_; }

  // Options::search_report: all of them, in words that build systems look for.
  std::string describe() const;

  // Where a file of the command line is: an absolute path may be below one of several roots of the target's files.
  std::string place_of(const std::string& path) const;
  std::string in_sysroot(const std::string& directory) const;

 private:
  std::vector<std::string> in_sysroot(const std::vector<std::string>& given,
                                      const std::vector<std::string>& standard) const;
  void add_places(const std::string& directory, std::vector<std::string>& paths) const;

  bool is_there(const std::string& path, bool exists) const;

  const Options& options_;
  FileSystem& files_;
  mutable std::string trace_;
  std::vector<std::string> directories_;  // before the sysroot is put in
};

}  // namespace xld
