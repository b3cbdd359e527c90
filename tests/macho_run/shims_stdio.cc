// stdio: the three streams, fortified functions, and on arm64 everything variadic, whose arguments Darwin puts on the
// stack (machine_arm64.S hands their address on).
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "tests/macho_run/darwin.h"
#include "tests/macho_run/host.h"

namespace macho_run {

// system: the rest of open() and fcntl(), whose third argument is variadic.
int open_file(const char* path, int flags, int mode);
int control_file(int descriptor, int command, Word argument);

namespace {

FILE* streams[3];

[[gnu::constructor]] void set_streams() {
  streams[0] = stdin;
  streams[1] = stdout;
  streams[2] = stderr;
}

void print_error(const char* prefix) {
  if (prefix && *prefix) std::fprintf(stderr, "%s: ", prefix);
  std::fprintf(stderr, "%s\n", std::strerror(host_error(*darwin_errno())));
}

#if defined(__aarch64__)

// A va_list that has no registers left: the next argument is on the stack, as Darwin has all of them.
struct StackArguments {
  va_list list;
  explicit StackArguments(void* stack) { list = {stack, nullptr, nullptr, 0, 0}; }
};

#else

// The va_list is the host's own; a parameter of that type is a pointer.
int print_chk(char* to, size_t size, const char* format, va_list arguments) {
  return std::vsnprintf(to, size, format, arguments);
}

#endif

}  // namespace

#if defined(__aarch64__)

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
extern "C" {
int macho_vprintf(const char* format, void* stack) {
  return std::vprintf(format, StackArguments(stack).list);
}
int macho_vfprintf(FILE* file, const char* format, void* stack) {
  return std::vfprintf(file, format, StackArguments(stack).list);
}
int macho_vdprintf(int file, const char* format, void* stack) {
  return vdprintf(file, format, StackArguments(stack).list);
}
int macho_vsprintf(char* to, const char* format, void* stack) {
  return std::vsprintf(to, format, StackArguments(stack).list);
}
int macho_vsnprintf(char* to, size_t size, const char* format, void* stack) {
  return std::vsnprintf(to, size, format, StackArguments(stack).list);
}
int macho_vasprintf(char** to, const char* format, void* stack) {
  return vasprintf(to, format, StackArguments(stack).list);
}
int macho_vscanf(const char* format, void* stack) {
  return std::vscanf(format, StackArguments(stack).list);
}
int macho_vfscanf(FILE* file, const char* format, void* stack) {
  return std::vfscanf(file, format, StackArguments(stack).list);
}
int macho_vsscanf(const char* from, const char* format, void* stack) {
  return std::vsscanf(from, format, StackArguments(stack).list);
}
int macho_vsprintf_chk(char* to, int, size_t size, const char* format, void* stack) {
  return std::vsnprintf(to, size, format, StackArguments(stack).list);
}
int macho_vsnprintf_chk(char* to, size_t size, int, size_t, const char* format, void* stack) {
  return std::vsnprintf(to, size, format, StackArguments(stack).list);
}
int macho_vsnprintf_l(char* to, size_t size, void*, const char* format, void* stack) {
  return std::vsnprintf(to, size, format, StackArguments(stack).list);
}
int macho_vasprintf_l(char** to, void*, const char* format, void* stack) {
  return vasprintf(to, format, StackArguments(stack).list);
}
int macho_vsscanf_l(const char* from, void*, const char* format, void* stack) {
  return std::vsscanf(from, format, StackArguments(stack).list);
}
int macho_vopen(const char* path, int flags, void* stack) {
  return open_file(path, flags, *static_cast<int*>(stack));
}
int macho_vfcntl(int file, int command, void* stack) {
  return control_file(file, command, *static_cast<Word*>(stack));
}
int macho_vioctl(int file, unsigned long request, void* stack) {
  return ioctl(file, request, *static_cast<void**>(stack));
}
void macho_vsyslog(int, const char* format, void* stack) {
  std::vfprintf(stderr, format, StackArguments(stack).list);
}

void macho_printf();
void macho_fprintf();
void macho_dprintf();
void macho_sprintf();
void macho_snprintf();
void macho_asprintf();
void macho_scanf();
void macho_fscanf();
void macho_sscanf();
void macho_sprintf_chk();
void macho_snprintf_chk();
void macho_snprintf_l();
void macho_asprintf_l();
void macho_sscanf_l();
void macho_open();
void macho_fcntl();
void macho_ioctl();
void macho_syslog();
}
#pragma clang diagnostic pop

namespace {

// Functions that take Darwin's va_list, a pointer to the next argument.
int print_list(const char* format, void* list) {
  return macho_vprintf(format, list);
}
int print_chk(char* to, size_t size, int, size_t, const char* format, void* list) {
  return macho_vsnprintf(to, size, format, list);
}
int print_unsized_chk(char* to, int, size_t size, const char* format, void* list) {
  return macho_vsnprintf(to, size, format, list);
}

const HostSymbol kShims[] = {
    {"__stdinp", &streams[0], HostKind::Data},
    {"__stdoutp", &streams[1], HostKind::Data},
    {"__stderrp", &streams[2], HostKind::Data},
    {"perror", print_error},
    {"printf", macho_printf, HostKind::Direct},
    {"fprintf", macho_fprintf, HostKind::Direct},
    {"dprintf", macho_dprintf, HostKind::Direct},
    {"sprintf", macho_sprintf, HostKind::Direct},
    {"snprintf", macho_snprintf, HostKind::Direct},
    {"asprintf", macho_asprintf, HostKind::Direct},
    {"scanf", macho_scanf, HostKind::Direct},
    {"fscanf", macho_fscanf, HostKind::Direct},
    {"sscanf", macho_sscanf, HostKind::Direct},
    {"__sprintf_chk", macho_sprintf_chk, HostKind::Direct},
    {"__snprintf_chk", macho_snprintf_chk, HostKind::Direct},
    {"snprintf_l", macho_snprintf_l, HostKind::Direct},
    {"asprintf_l", macho_asprintf_l, HostKind::Direct},
    {"sscanf_l", macho_sscanf_l, HostKind::Direct},
    {"open", macho_open, HostKind::Direct},
    {"fcntl", macho_fcntl, HostKind::Direct},
    {"ioctl", macho_ioctl, HostKind::Direct},
    {"syslog", macho_syslog, HostKind::Direct},
    {"vprintf", print_list},
    {"vfprintf", macho_vfprintf},
    {"vdprintf", macho_vdprintf},
    {"vsprintf", macho_vsprintf},
    {"vsnprintf", macho_vsnprintf},
    {"vasprintf", macho_vasprintf},
    {"vsscanf", macho_vsscanf},
    {"vfscanf", macho_vfscanf},
    {"__vsnprintf_chk", print_chk},
    {"__vsprintf_chk", print_unsized_chk},
};

}  // namespace

#else

namespace {

int print_to_l(char* to, size_t size, void*, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int count = print_chk(to, size, format, arguments);
  va_end(arguments);
  return count;
}

int allocate_print_l(char** to, void*, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int count = vasprintf(to, format, arguments);
  va_end(arguments);
  return count;
}

int scan_l(const char* from, void*, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int count = std::vsscanf(from, format, arguments);
  va_end(arguments);
  return count;
}

int open_variadic(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = va_arg(arguments, int);
  va_end(arguments);
  return open_file(path, flags, mode);
}

int control_variadic(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  const Word argument = va_arg(arguments, Word);
  va_end(arguments);
  return control_file(file, command, argument);
}

const HostSymbol kShims[] = {
    {"__stdinp", &streams[0], HostKind::Data},
    {"__stdoutp", &streams[1], HostKind::Data},
    {"__stderrp", &streams[2], HostKind::Data},
    {"perror", print_error},
    {"snprintf_l", print_to_l},
    {"asprintf_l", allocate_print_l},
    {"sscanf_l", scan_l},
    {"open", open_variadic},
    {"fcntl", control_variadic},
};

}  // namespace

#endif

HostSymbols stdio_shims() {
  return kShims;
}

}  // namespace macho_run
