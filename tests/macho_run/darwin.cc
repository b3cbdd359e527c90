// See darwin.h. Tables of pairs {Darwin, Linux}; what is in none is the same on both sides.
#include "tests/macho_run/darwin.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/mman.h>

namespace macho_run {

namespace {

struct Pair {
  int darwin, host;
};

constexpr Pair kSignals[] = {{7, SIGSTKFLT}, {10, SIGBUS},  {12, SIGSYS}, {16, SIGURG}, {17, SIGSTOP}, {18, SIGTSTP},
                             {19, SIGCONT},  {20, SIGCHLD}, {23, SIGIO},  {29, SIGPWR}, {30, SIGUSR1}, {31, SIGUSR2}};

constexpr Pair kErrors[] = {
    {11, EDEADLK},      {35, EAGAIN},       {36, EINPROGRESS}, {37, EALREADY},      {38, ENOTSOCK},
    {39, EDESTADDRREQ}, {40, EMSGSIZE},     {41, EPROTOTYPE},  {42, ENOPROTOOPT},   {43, EPROTONOSUPPORT},
    {45, ENOTSUP},      {47, EAFNOSUPPORT}, {48, EADDRINUSE},  {49, EADDRNOTAVAIL}, {50, ENETDOWN},
    {51, ENETUNREACH},  {54, ECONNRESET},   {55, ENOBUFS},     {56, EISCONN},       {57, ENOTCONN},
    {60, ETIMEDOUT},    {61, ECONNREFUSED}, {62, ELOOP},       {63, ENAMETOOLONG},  {65, EHOSTUNREACH},
    {66, ENOTEMPTY},    {69, EDQUOT},       {70, ESTALE},      {77, ENOLCK},        {78, ENOSYS},
    {84, EOVERFLOW},    {89, ECANCELED},    {90, EIDRM},       {91, ENOMSG},        {92, EILSEQ},
    {94, EBADMSG},      {100, EPROTO}};

constexpr Pair kOpenFlags[] = {{0x4, O_NONBLOCK},       {0x8, O_APPEND},       {0x80, O_SYNC},  {0x100, O_NOFOLLOW},
                               {0x200, O_CREAT},        {0x400, O_TRUNC},      {0x800, O_EXCL}, {0x20000, O_NOCTTY},
                               {0x100000, O_DIRECTORY}, {0x1000000, O_CLOEXEC}};

template <int Count>
int to_host(const Pair (&table)[Count], int darwin) {
  for (const Pair& pair : table) {
    if (pair.darwin == darwin) return pair.host;
  }
  return darwin;
}

template <int Count>
int to_darwin(const Pair (&table)[Count], int host) {
  for (const Pair& pair : table) {
    if (pair.host == host) return pair.darwin;
  }
  return host;
}

}  // namespace

int host_signal(int darwin) {
  return to_host(kSignals, darwin);
}
int darwin_signal(int host) {
  return to_darwin(kSignals, host);
}
int darwin_error(int host) {
  return to_darwin(kErrors, host);
}
int host_error(int darwin) {
  return to_host(kErrors, darwin);
}

int host_open_flags(int darwin) {
  int host = darwin & O_ACCMODE;
  for (const Pair& pair : kOpenFlags) {
    if (darwin & pair.darwin) host |= pair.host;
  }
  return host;
}

int host_map_flags(int darwin) {
  return (darwin & (MAP_SHARED | MAP_PRIVATE | MAP_FIXED)) | ((darwin & 0x1000) ? MAP_ANONYMOUS : 0) |
         ((darwin & 0x40) ? MAP_NORESERVE : 0);
}

// The program may write to its errno: the host's is taken over, and cleared, when it says something new.
int* darwin_errno() {
  thread_local int value = 0;
  if (errno != 0) {
    value = darwin_error(errno);
    errno = 0;
  }
  return &value;
}

}  // namespace macho_run
