// A file system and a report sink in memory, and a link that uses them.
#pragma once

#include <map>
#include <string>

#include "core/file_system.h"
#include "ld/xld.h"

namespace xld {

class MemoryFileSystem : public FileSystem {
 public:
  std::map<std::string, std::string> files;

  Result<Bytes> open(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return Error{"No such file or directory"};
    return as_bytes(found->second);
  }
  bool exists(const std::string& path) override { return files.contains(path); }
};

class MemoryReportSink : public ReportSink {
 public:
  std::map<std::string, std::string> reports;
  std::string refused;  // a name that cannot be written

  std::optional<Error> write(const std::string& name, std::span<const Bytes> pieces) override {
    if (name == refused) return Error{"No space left on device"};
    for (const Bytes& piece : pieces) reports[name].append(piece.begin(), piece.end());
    return std::nullopt;
  }
};

// Links two files of data, one of which nothing needs.
class ReportedLink {
 public:
  ReportedLink() {
    files.files = {{"kept", "twelve bytes"}, {"unused", "seven b"}};
    for (const char* name : {"kept", "unused"}) {
      InputOption input;
      input.name = name;
      input.is_binary = true;
      options.inputs.push_back(input);
    }
    options.target.format = ObjectFormat::Elf;
    options.target.cpu = Cpu::X86_64;
    options.target.word_size = 8;
    options.output = "/dev/null";
    options.entry = "_binary_kept_start";
    options.gc_sections = true;
    options.threads = 1;
  }

  bool run() { return link(options, diagnostics, files, sink); }
  std::string messages() const {
    std::string text;
    for (const Message& message : diagnostics.sorted()) text += message.text + "\n";
    return text;
  }
  const std::string& report(const std::string& name) { return sink.reports[name]; }

  Options options;
  Diagnostics diagnostics;
  MemoryFileSystem files;
  MemoryReportSink sink;
};

}  // namespace xld
