// See report.h.
#include "tests/macho_run/report.h"

#include <cstdarg>
#include <cstdio>
#include <unistd.h>

namespace macho_run {

namespace {

bool is_tracing = false;

void print(const char* format, va_list arguments) {
  std::fputs("macho-run: ", stderr);
  std::vfprintf(stderr, format, arguments);
  std::fputc('\n', stderr);
}

}  // namespace

void fail(const char* format, ...) {
  std::fflush(stdout);
  va_list arguments;
  va_start(arguments, format);
  print(format, arguments);
  va_end(arguments);
  std::fflush(stderr);
  _exit(kLoaderFailed);
}

void trace(const char* format, ...) {
  if (!is_tracing) return;
  va_list arguments;
  va_start(arguments, format);
  print(format, arguments);
  va_end(arguments);
}

void enable_trace() {
  is_tracing = true;
}

}  // namespace macho_run
