// Starting the plugin host and talking to it. See process.h.
#include "ld/plugin/process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace xld::plugin {

namespace {

bool write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

// The socket keeps its number in the child: others, such as those of make's job server, are left in their places.
int spawn(pid_t& process, int program, int socket) {
  posix_spawn_file_actions_t actions;
  if (const int error = ::posix_spawn_file_actions_init(&actions)) return error;
  int error = ::posix_spawn_file_actions_adddup2(&actions, socket, socket);
  const std::string path = fmt::format("/proc/self/fd/{}", program);
  std::string name = "xld-plugin-host";
  std::string argument = fmt::format("{}", socket);
  char* arguments[] = {name.data(), argument.data(), nullptr};
  if (error == 0) error = ::posix_spawn(&process, path.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

bool PluginProcess::start() {
  const int program = ::memfd_create("xld-plugin-host", MFD_CLOEXEC);
  int sockets[2] = {-1, -1};
  bool is_started = false;
  if (program < 0 || !write_all(program, host_image())) {
    report_system_error("its program cannot be put into memory");
  } else if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    report_system_error("no connection");
  } else if ((errno = spawn(process_, program, sockets[1])) != 0) {
    report_system_error("its program cannot be run (is /proc mounted?)");
  } else {
    is_started = true;
  }
  if (program >= 0) ::close(program);
  if (sockets[1] >= 0) ::close(sockets[1]);
  if (!is_started && sockets[0] >= 0) ::close(sockets[0]);
  socket_ = is_started ? sockets[0] : -1;
  return is_started;
}

void PluginProcess::report_system_error(std::string_view what) {
  const char* reason = std::strerror(errno);
  diagnostics_.error(fmt::format("cannot start the process that the linker plugin runs in: {}: {}", what, reason));
}

std::optional<WireReader> PluginProcess::ask(const std::string& request, std::string_view what, AtEnd at_end) {
  if (!is_running()) return std::nullopt;
  std::optional<std::string> message;
  if (send_message(socket_, request)) message = receive_message(socket_);
  if (!message) return lose(what, at_end);
  WireReader answer(std::move(*message));
  const auto outcome = static_cast<Outcome>(answer.number<uint8_t>());
  for (uint32_t count = answer.number<uint32_t>(); count != 0 && !answer.failed(); count--) {
    const auto level = static_cast<Level>(answer.number<uint8_t>());
    const std::string text = answer.text();
    if (level == Level::Info) {
      diagnostics_.note(text, {}, message_count_++);
    } else if (level == Level::Warning) {
      diagnostics_.warn(text, {}, message_count_++);
    } else {
      diagnostics_.error(text, {}, message_count_++);
    }
  }
  if (outcome == Outcome::Done) return answer;
  stop();
  return std::nullopt;
}

std::optional<WireReader> PluginProcess::lose(std::string_view what, AtEnd at_end) {
  const int status = wait_for_end();
  if (at_end == AtEnd::IsDone && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS) return std::nullopt;
  const std::string end = WIFSIGNALED(status) ? fmt::format("crashed ({})", ::strsignal(WTERMSIG(status)))
                                              : fmt::format("ended with status {}", WEXITSTATUS(status));
  diagnostics_.error(fmt::format("the linker plugin {} while it was asked to {}", end, what));
  return std::nullopt;
}

void PluginProcess::stop() {
  if (is_running()) wait_for_end();
}

int PluginProcess::wait_for_end() {
  ::close(socket_);
  socket_ = -1;
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace xld::plugin
