// Numbers and structures of Darwin's C library that differ from Linux, and their translation. The numbers are those of
// <sys/errno.h>, <sys/signal.h>, <sys/fcntl.h>, <sys/mman.h>, <sys/stat.h>.
#pragma once

#include <cstdint>

namespace macho_run {

int host_signal(int darwin);
int darwin_signal(int host);
int darwin_error(int host);
int host_error(int darwin);
int host_open_flags(int darwin);
int host_map_flags(int darwin);

// What `errno` is in an image: the host's last error in Darwin's numbers.
int* darwin_errno();

struct DarwinStat {
  int32_t device;
  uint16_t mode, links;
  uint64_t inode;
  uint32_t user, group;
  int32_t special_device;
  long access[2], modification[2], change[2], birth[2];
  int64_t size, blocks;
  int32_t block_size;
  uint32_t flags, generation;
  int32_t spare;
  int64_t more_spare[2];
};

}  // namespace macho_run
