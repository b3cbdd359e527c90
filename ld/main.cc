// The program: argv in, messages and exit status out. The only file that knows standard streams and exit.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "core/jobserver.h"
#include "core/path.h"
#include "ld/command_line.h"
#include "ld/library_search.h"
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

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

const char* label_of(Severity severity, bool is_colored) {
  switch (severity) {
    case Severity::Error:
      return is_colored ? "\033[0;31merror: \033[0m" : "error: ";
    case Severity::Warning:
      return is_colored ? "\033[0;35mwarning: \033[0m" : "warning: ";
    case Severity::Note:
      break;
  }
  return "";
}

void print(const Diagnostics& diagnostics, const std::string& program, bool is_colored) {
  for (const Message& message : diagnostics.sorted())
    std::fprintf(stderr, "%s: %s%s\n", program.c_str(), label_of(message.severity, is_colored), message.text.c_str());
}

// ---- signals
// --------------------------------------------------------------------------------------------------------- What a
// handler may look at has to be global; these are the program's only such objects, and the library has none.

char g_temporary[4096];  // the name an unfinished output has, or ""
const DiskFileSystem* g_files = nullptr;
JobServer* g_job_server = nullptr;  // if threads are borrowed

class ProgramFiles : public DiskFileSystem {
 public:
  // The first byte is written last when a name comes and first when it goes: a handler sees a whole name or none.
  void note_temporary(const std::string& path) override {
    g_temporary[0] = 0;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (path.empty() || path.size() >= sizeof g_temporary) return;
    std::memcpy(g_temporary + 1, path.c_str() + 1, path.size());
    std::atomic_signal_fence(std::memory_order_seq_cst);
    g_temporary[0] = path[0];
  }
};

void write_text(const char* text) {
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

// What others would miss, or stumble over, when we are gone.
void leave_in_order() {
  if (g_temporary[0] != 0) ::unlink(g_temporary);
  if (g_job_server) g_job_server->give_back_all();
}

// The default action follows: SA_RESETHAND is set, and whoever waits for us sees which signal it was.
void end_by_signal(int signal) {
  leave_in_order();
  ::raise(signal);
}

// An input that became shorter while it is mapped: pages behind its end cannot be read.
void end_by_bus_error(int /*signal*/, siginfo_t* info, void* /*context*/) {
  leave_in_order();
  const char* path = g_files->path_of(info->si_addr);
  if (!path) return;  // not an input: the same fault again, with the default action
  write_text("xld: error: ");
  write_text(path);
  write_text(": the file was truncated, or could not be read, while it was being linked\n");
  ::_exit(EXIT_FAILURE);
}

void catch_signals(const DiskFileSystem& files) {
  g_files = &files;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;  // as nohup wants it
    action.sa_handler = end_by_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    ::sigaction(signal, &action, nullptr);
  }
  struct sigaction action{};
  action.sa_sigaction = end_by_bus_error;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_SIGINFO);
  ::sigaction(SIGBUS, &action, nullptr);
  // A file size limit is an error of write(2) like a full disk.
  ::signal(SIGXFSZ, SIG_IGN);
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

// Where libraries that belong to the linker are: as installed, and in the folder it is built in.
std::vector<std::string> support_directories() {
  char path[4096];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  if (length <= 0 || static_cast<size_t>(length) == sizeof path) return {};
  std::string directory(path, static_cast<size_t>(length));
  directory.resize(folder_prefix(directory).size());
  return {directory + XLD_SUPPORT_DIRECTORY, directory + "lib/xld"};
}

// Variables of the environment that GNU ld heeds: where this machine's loader will look for libraries.
void take_environment(DynamicOptions& options) {
  if (const char* paths = std::getenv("LD_LIBRARY_PATH")) options.environment_paths.emplace_back(paths);
  const char* runtime_paths = std::getenv("LD_RUN_PATH");
  if (runtime_paths && *runtime_paths != 0 && options.runtime_paths.empty())
    options.runtime_paths.emplace_back(runtime_paths);
}

int run(const std::vector<std::string>& arguments) {
  Diagnostics diagnostics;
  CommandLine command =
      parse_command_line(arguments, {read_text_file, is_directory, support_directories(), exists}, diagnostics);
  command.options.releases_memory = false;
  take_environment(command.options.dynamic);
  const bool is_colored = command.options.color_given ? command.options.color : ::isatty(STDERR_FILENO) == 1;
  const std::string program(base_name(arguments.empty() ? "xld" : arguments[0]));
  std::fputs(command.text.c_str(), stdout);
  bool is_linked = !diagnostics.failed();
  ProgramFiles files;
  if (command.options.search_report != SearchReport::None)
    std::fputs(LibrarySearch(command.options, files).describe().c_str(), stdout);
  ProgramReports reports;
  const char* make_flags = std::getenv("MAKEFLAGS");
  std::unique_ptr<JobServer> job_server;
  if (make_flags && command.options.threads == 0) job_server = JobServer::find(make_flags);
  g_job_server = job_server.get();
  command.options.thread_lender = g_job_server;
  catch_signals(files);
  if (command.should_link && is_linked) is_linked = link(command.options, diagnostics, files, reports);
  if (job_server) job_server->give_back_all();
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
