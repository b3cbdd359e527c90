// Files, memory, time, signals: calls whose flags and structures differ.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/macho_run/darwin.h"
#include "tests/macho_run/host.h"
#include "tests/macho_run/report.h"

namespace macho_run {

// Used by the variadic entries, too: see shims_stdio.cc.
int open_file(const char* path, int flags, int mode);
int control_file(int descriptor, int command, Word argument);

int open_file(const char* path, int flags, int mode) {
  return open(path, host_open_flags(flags), mode);
}

namespace {

struct DarwinLock {
  int64_t start, length;
  int32_t process;
  int16_t type, whence;
};

// Darwin: read 1, unlock 2, write 3.
int control_lock(int descriptor, int command, DarwinLock* lock) {
  constexpr short kTypes[] = {F_RDLCK, F_RDLCK, F_UNLCK, F_WRLCK};
  constexpr int kCommands[] = {F_GETLK, F_SETLK, F_SETLKW};
  if (lock->type < 1 || lock->type > 3) return errno = EINVAL, -1;
  struct flock host{};
  host.l_type = kTypes[lock->type];
  host.l_whence = lock->whence;
  host.l_start = static_cast<off_t>(lock->start);
  host.l_len = static_cast<off_t>(lock->length);
  const int result = fcntl(descriptor, kCommands[command - 7], &host);
  if (command == 7 && result == 0) {
    lock->type = host.l_type == F_UNLCK ? 2 : host.l_type == F_WRLCK ? 3 : 1;
    lock->process = host.l_pid;
  }
  return result;
}

int path_of(int descriptor, char* to) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), to, 1023);
  if (length < 0) return -1;
  to[length] = 0;
  return 0;
}

}  // namespace

int control_file(int descriptor, int command, Word argument) {
  switch (command) {
    case 0:
    case 1:
    case 2:
      return fcntl(descriptor, command, argument);
    case 3: {
      const int flags = fcntl(descriptor, F_GETFL);
      return flags < 0 ? flags : (flags & O_ACCMODE) | ((flags & O_NONBLOCK) ? 4 : 0) | ((flags & O_APPEND) ? 8 : 0);
    }
    case 4:
      return fcntl(descriptor, F_SETFL, host_open_flags(static_cast<int>(argument)));
    case 7:
    case 8:
    case 9:
      return control_lock(descriptor, command, reinterpret_cast<DarwinLock*>(argument));
    case 50:
      return path_of(descriptor, reinterpret_cast<char*>(argument));  // F_GETPATH
    case 51:
      return fsync(descriptor);  // F_FULLFSYNC
    case 67:
      return fcntl(descriptor, F_DUPFD_CLOEXEC, static_cast<int>(argument));  // F_DUPFD_CLOEXEC
    default:
      return 0;  // hints about caching and the like
  }
}

namespace {

int translate_stat(int result, const struct stat& host, DarwinStat* to) {
  if (result != 0) return result;
  *to = {};
  to->device = static_cast<int32_t>(host.st_dev);
  to->mode = static_cast<uint16_t>(host.st_mode);
  to->links = static_cast<uint16_t>(host.st_nlink);
  to->inode = host.st_ino;
  to->user = host.st_uid;
  to->group = host.st_gid;
  to->access[0] = host.st_atim.tv_sec, to->access[1] = host.st_atim.tv_nsec;
  to->modification[0] = host.st_mtim.tv_sec, to->modification[1] = host.st_mtim.tv_nsec;
  to->change[0] = host.st_ctim.tv_sec, to->change[1] = host.st_ctim.tv_nsec;
  to->size = host.st_size;
  to->blocks = host.st_blocks;
  to->block_size = static_cast<int32_t>(host.st_blksize);
  return 0;
}

int stat_path(const char* path, DarwinStat* to) {
  struct stat host;
  return translate_stat(stat(path, &host), host, to);
}
int stat_link(const char* path, DarwinStat* to) {
  struct stat host;
  return translate_stat(lstat(path, &host), host, to);
}
int stat_file(int file, DarwinStat* to) {
  struct stat host;
  return translate_stat(fstat(file, &host), host, to);
}

void* map_memory(void* address, size_t size, int protection, int flags, int file, off_t offset) {
  // With MAP_ANON Darwin takes a tag in place of the file.
  return mmap(address, size, protection, host_map_flags(flags), (flags & 0x1000) ? -1 : file, offset);
}

int host_clock(int darwin) {
  switch (darwin) {
    case 0:
      return CLOCK_REALTIME;
    case 12:
      return CLOCK_PROCESS_CPUTIME_ID;
    case 16:
      return CLOCK_THREAD_CPUTIME_ID;
    case 4:
    case 5:
      return CLOCK_MONOTONIC_RAW;
    default:
      return CLOCK_MONOTONIC;
  }
}
int get_clock(int clock, timespec* to) {
  return clock_gettime(host_clock(clock), to);
}
int get_resolution(int clock, timespec* to) {
  return clock_getres(host_clock(clock), to);
}
uint64_t get_nanoseconds(int clock) {
  timespec now{};
  get_clock(clock, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}
uint64_t absolute_time() {
  return get_nanoseconds(6);
}
int time_base(uint32_t* base) {
  base[0] = base[1] = 1;
  return 0;
}

long get_configuration(int name) {
  switch (name) {
    case 29:
      return sysconf(_SC_PAGESIZE);
    case 57:
      return sysconf(_SC_NPROCESSORS_CONF);
    case 58:
      return sysconf(_SC_NPROCESSORS_ONLN);
    case 2:
      return sysconf(_SC_CHILD_MAX);
    case 3:
      return sysconf(_SC_CLK_TCK);
    case 5:
      return sysconf(_SC_OPEN_MAX);
    case 200:
      return sysconf(_SC_PHYS_PAGES);
    default:
      return errno = EINVAL, -1;
  }
}

// hw.ncpu, hw.memsize and hw.pagesize, by name or by number; all else is unknown.
int answer(uint64_t value, void* to, size_t* size) {
  if (!to || !size) return 0;
  std::memcpy(to, &value, *size < 8 ? 4 : 8);
  *size = *size < 8 ? 4 : 8;
  return 0;
}
int control_by_name(const char* name, void* to, size_t* size, void*, size_t) {
  const auto cpus = static_cast<uint64_t>(sysconf(_SC_NPROCESSORS_ONLN));
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  if (!std::strcmp(name, "hw.pagesize")) return answer(page, to, size);
  if (!std::strcmp(name, "hw.memsize")) return answer(page * static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)), to, size);
  if (!std::strncmp(name, "hw.ncpu", 7) || std::strstr(name, "cpu")) return answer(cpus, to, size);
  return errno = ENOENT, -1;
}
int control_by_number(const int* numbers, unsigned count, void* to, size_t* size, void*, size_t) {
  if (count == 2 && numbers[0] == 6) {
    if (numbers[1] == 3 || numbers[1] == 25) return control_by_name("hw.ncpu", to, size, nullptr, 0);
    if (numbers[1] == 7) return control_by_name("hw.pagesize", to, size, nullptr, 0);
    if (numbers[1] == 24) return control_by_name("hw.memsize", to, size, nullptr, 0);
  }
  return errno = ENOENT, -1;
}

// ---- signals

struct DarwinAction {
  Word handler;
  uint32_t mask;
  int32_t flags;
};
constexpr int kSignals = 32;
constexpr int kWantsInformation = 0x40;  // SA_SIGINFO
Word handlers[kSignals];

void deliver(int number) {
  const int darwin = darwin_signal(number);
  macho_call(handlers[darwin], static_cast<Word>(darwin), 0, 0, 0, 0);
}

bool set_handler(int number, Word handler) {
  if (number < 1 || number >= kSignals) return false;
  handlers[number] = handler;
  struct sigaction action{};
  if (handler <= 1) {
    action.sa_handler = handler == 0 ? SIG_DFL : SIG_IGN;
  } else {
    action.sa_handler = deliver;
  }
  return sigaction(host_signal(number), &action, nullptr) == 0;
}

Word set_signal(int number, Word handler) {
  const Word old = number > 0 && number < kSignals ? handlers[number] : 0;
  return set_handler(number, handler) ? old : ~Word{0};
}

// Handlers that want the structures of the kernel are accepted and never called: Go runs without them.
int set_action(int number, const DarwinAction* action, DarwinAction* old) {
  if (number < 1 || number >= kSignals) return errno = EINVAL, -1;
  if (old) *old = {handlers[number], 0, 0};
  if (!action || (action->flags & kWantsInformation)) return 0;
  return set_handler(number, action->handler) ? 0 : -1;
}

// Masks differ in every bit; images may change theirs without effect.
int change_mask(int, const uint32_t*, uint32_t* old) {
  if (old) *old = 0;
  return 0;
}
int ignore_stack(const void*, void* old) {
  if (old) std::memset(old, 0, 3 * sizeof(Word));
  return 0;
}
int send_signal(pid_t process, int number) {
  return kill(process, host_signal(number));
}
int raise_signal(int number) {
  return raise(host_signal(number));
}

int is_privileged() {
  return 0;
}
void* task_port() {
  return nullptr;
}
void flush_code(void* start, size_t size) {
  __builtin___clear_cache(static_cast<char*>(start), static_cast<char*>(start) + size);
}

extern "C" {
int macho_setjmp(void*);
void macho_longjmp(void*, int);
}

const HostSymbol kShims[] = {
    {"stat$INODE64", stat_path},
    {"lstat$INODE64", stat_link},
    {"fstat$INODE64", stat_file},
#if defined(__aarch64__)
    {"stat", stat_path},
    {"lstat", stat_link},
    {"fstat", stat_file},
#endif
    {"mmap", map_memory},
    {"clock_gettime", get_clock},
    {"clock_getres", get_resolution},
    {"clock_gettime_nsec_np", get_nanoseconds},
    {"mach_absolute_time", absolute_time},
    {"mach_timebase_info", time_base},
    {"sysconf", get_configuration},
    {"sysctl", control_by_number},
    {"sysctlbyname", control_by_name},
    {"signal", set_signal},
    {"sigaction", set_action},
    {"sigprocmask", change_mask},
    {"pthread_sigmask", change_mask},
    {"sigaltstack", ignore_stack},
    {"kill", send_signal},
    {"raise", raise_signal},
    {"issetugid", is_privileged},
    {"mach_task_self", task_port},
    {"sys_icache_invalidate", flush_code},
    {"setjmp", macho_setjmp, HostKind::Direct},
    {"_setjmp", macho_setjmp, HostKind::Direct},
    {"sigsetjmp", macho_setjmp, HostKind::Direct},
    {"longjmp", macho_longjmp, HostKind::Direct},
    {"_longjmp", macho_longjmp, HostKind::Direct},
    {"siglongjmp", macho_longjmp, HostKind::Direct},
};

}  // namespace

HostSymbols system_shims() {
  return kShims;
}

}  // namespace macho_run
