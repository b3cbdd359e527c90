// The command line in both dialects, given as the words of a response file that may name itself.
#include "core/bytes.h"
#include "ld/command_line.h"
#include "ld/response_file.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(as_text({data, size}));
  const CommandLineFiles files{[&](const std::string& path) -> std::optional<std::string> {
                                 if (path != "again") return std::nullopt;
                                 return text;
                               },
                               [](const std::string& path) { return path == "folder"; }};
  for (const char* program : {"ld", "ld64.xld"}) {
    std::vector<std::string> arguments{program};
    for (std::string& word : split_words(text)) arguments.push_back(std::move(word));
    Diagnostics diagnostics;
    parse_command_line(arguments, files, diagnostics);
    static_cast<void>(diagnostics.sorted());
  }
  return 0;
}
