// The program: argv in, messages and exit status out. The only file that knows standard streams and exit.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "ld/command_line.h"
#include "ld/xld.h"

namespace {

using namespace xld;

std::optional<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

bool is_directory(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

const char* label_of(Severity severity, bool is_colored) {
  switch (severity) {
    case Severity::Error: return is_colored ? "\033[1;31merror:\033[0m " : "error: ";
    case Severity::Warning: return is_colored ? "\033[1;35mwarning:\033[0m " : "warning: ";
    case Severity::Note: break;
  }
  return "";
}

void print(const Diagnostics& diagnostics, const std::string& program, bool is_colored) {
  for (const Message& message : diagnostics.sorted())
    std::fprintf(stderr, "%s: %s%s\n", program.c_str(), label_of(message.severity, is_colored), message.text.c_str());
}

std::string base_name(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

// Reports named "-" go to standard output.
class ProgramReports : public DiskReportSink {
 public:
  std::optional<Error> write(const std::string& name, std::span<const Bytes> pieces) override {
    if (name != "-") return DiskReportSink::write(name, pieces);
    for (const Bytes& piece : pieces) std::fwrite(piece.data(), 1, piece.size(), stdout);
    if (std::fflush(stdout) != 0 || std::ferror(stdout)) return Error{std::strerror(errno)};
    return std::nullopt;
  }
};

int run(const std::vector<std::string>& arguments) {
  Diagnostics diagnostics;
  CommandLine command = parse_command_line(arguments, {read_text_file, is_directory}, diagnostics);
  command.options.releases_memory = false;
  const bool is_colored = command.options.color_given ? command.options.color : ::isatty(STDERR_FILENO) == 1;
  const std::string program = base_name(arguments.empty() ? "xld" : arguments[0]);
  std::fputs(command.text.c_str(), stdout);
  bool is_linked = !diagnostics.failed();
  DiskFileSystem files;
  ProgramReports reports;
  if (command.should_link && is_linked) is_linked = link(command.options, diagnostics, files, reports);
  print(diagnostics, program, is_colored);
  std::fflush(stdout);
  std::fflush(stderr);
  std::_Exit(is_linked ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv, argv + argc));
  } catch (const std::bad_alloc&) {
    std::fputs("xld: error: out of memory\n", stderr);
    return EXIT_FAILURE;
  }
}
