// osrun [--system=NAME] [--trace] PROGRAM [ARGUMENT]...: runs a static FreeBSD, NetBSD, OpenBSD or DragonFly program
// for amd64 or the 386 on Linux. See README.md.
//
//   --system=NAME  the kernel to be: freebsd, netbsd, openbsd, openbsd-5.0, dragonfly, freebsd-386, netbsd-386,
//                  openbsd-386; without it the program's note says
//   --trace        prints every system call
//
// The status is the program's, or 128 and the number of the signal that ended it; 126 if the kernel would not have
// started it, 125 if it does something the runner does not know.
#include <cstring>
#include <string>

#include "tests/osrun/image.h"
#include "tests/osrun/machine.h"
#include "tests/osrun/report.h"

namespace osrun {

namespace {

const System* find_system(std::string_view name) {
  for (const System* system :
       {&kFreeBsd, &kNetBsd, &kOpenBsd, &kOpenBsd50, &kDragonFly, &kFreeBsd386, &kNetBsd386, &kOpenBsd386})
    if (system->name == name) return system;
  stop(kRefusedStatus,
       "--system=%s: not freebsd, netbsd, openbsd, openbsd-5.0, dragonfly, freebsd-386, netbsd-386 or openbsd-386",
       std::string(name).c_str());
}

int start(int count, char** arguments) {
  const System* system = nullptr;
  int first = 1;
  for (; first < count && std::strncmp(arguments[first], "--", 2) == 0; first++) {
    const std::string_view option = arguments[first];
    if (option == "--trace")
      enable_trace();
    else if (option.starts_with("--system="))
      system = find_system(option.substr(9));
    else
      stop(kRefusedStatus, "unknown option %s", arguments[first]);
  }
  if (first == count) stop(kRefusedStatus, "usage: osrun [--system=NAME] [--trace] PROGRAM [ARGUMENT]...");
  return run(read_image(arguments[first], system), arguments + first);
}

}  // namespace

}  // namespace osrun

int main(int count, char** arguments) {
  return osrun::start(count, arguments);
}
