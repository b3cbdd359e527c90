// PluginProcess: the linker's end of a plugin host (ld/plugin/host), the process that plugins run in.
//
// The host's program lies in the linker's own constants (host_image) and is started from memory, so that a linker which
// is one static file, or a library in somebody's program, has it at hand wherever it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "core/bytes.h"
#include "core/diagnostics.h"
#include "ld/plugin/api.h"
#include "ld/plugin/wire.h"

namespace xld::plugin {

// The executable file, as bytes.
Bytes host_image();

// What it means if a plugin ends its process, as if it had succeeded, instead of answering.
enum class AtEnd : uint8_t {
  HasFailed,
  IsDone,  // it has done all that was to be done: LLVM's plugin, told to write nothing but bitcode or indexes
};

class PluginProcess {
 public:
  explicit PluginProcess(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}
  // Ends the connection, whereupon the host has its plugins clean up, and waits for it to end.
  ~PluginProcess() { stop(); }
  PluginProcess(const PluginProcess&) = delete;
  PluginProcess& operator=(const PluginProcess&) = delete;

  bool is_running() const { return socket_ >= 0; }
  // False: it cannot be started, which has been reported.
  bool start();
  // The answer to a request, behind the messages of the plugins, which are passed on. Nothing: the plugin has failed,
  // which has been reported, and the host has ended; or without a report, if that means that it is done. `what` says
  // what was asked for: "read main.o".
  std::optional<WireReader> ask(const std::string& request, std::string_view what, AtEnd at_end = AtEnd::HasFailed);
  void stop();

 private:
  void report_system_error(std::string_view what);
  std::optional<WireReader> lose(std::string_view what, AtEnd at_end);
  int wait_for_end();

  Diagnostics& diagnostics_;
  int socket_ = -1;
  pid_t process_ = -1;
  uint64_t message_count_ = 0;  // messages keep the order in which plugins gave them
};

}  // namespace xld::plugin
