// See report.h.
#include "tests/osrun/report.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace osrun {

namespace {
bool is_tracing = false;
}

void stop(int status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::fputs("osrun: ", stderr);
  std::vfprintf(stderr, format, arguments);
  std::fputc('\n', stderr);
  va_end(arguments);
  std::exit(status);
}

void trace(const char* format, ...) {
  if (!is_tracing) return;
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
}

void enable_trace() {
  is_tracing = true;
}

}  // namespace osrun
