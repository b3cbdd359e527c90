// Linux's three calls on memory, over mapping.h.
#include "kernel_image/runtime/frames.h"
#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/mapping.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kFirstChosen = uint64_t{1} << 40;
AddressRange chosen_addresses = {.low = kFirstChosen, .high = kProgramLimit, .next = kFirstChosen};

struct Pages {
  uint64_t start, count;
};

// The pages of a range that a program may map; none if it may not.
Pages pages_of(const void* address, size_t size) {
  const auto first = reinterpret_cast<uint64_t>(address);
  const uint64_t start = first & ~(kPageSize - 1);
  if (size == 0 || size > kProgramLimit || first >= kProgramLimit) return {0, 0};
  const uint64_t end = (first + size + kPageSize - 1) & ~(kPageSize - 1);
  if (end > kProgramLimit) return {0, 0};
  return {start, (end - start) / kPageSize};
}

Rights rights_of(int protection) {
  return {(protection & (XRT_PROT_READ | XRT_PROT_WRITE | XRT_PROT_EXEC)) != 0, (protection & XRT_PROT_WRITE) != 0,
          (protection & XRT_PROT_EXEC) != 0};
}

void* as_pointer(int64_t value) {
  return reinterpret_cast<void*>(value);
}

Backing backing_of(int flags) {
  return flags & XRT_MAP_NORESERVE ? Backing::OnDemand : Backing::Promised;
}

int map_fixed(Pages pages, Rights rights, int flags) {
  if (pages.start == 0) return -XRT_EINVAL;
  if (flags & XRT_MAP_FIXED)
    if (const int error = unmap_range(pages.start, pages.count)) return error;
  return map_zeros(pages.start, pages.count, rights, backing_of(flags));
}

int map_anywhere(Pages& pages, Rights rights, int flags) {
  if (pages.start != 0) {
    const int error = map_zeros(pages.start, pages.count, rights, backing_of(flags));
    if (error != -XRT_EEXIST) return error;
  }
  pages.start = find_empty(chosen_addresses, pages.count);
  return pages.start == 0 ? -XRT_ENOMEM : map_zeros(pages.start, pages.count, rights, backing_of(flags));
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

using namespace xrt;

void* xrt_mmap(void* address, size_t size, int protection, int flags) {
  constexpr int kKnown = XRT_MAP_PRIVATE | XRT_MAP_FIXED | XRT_MAP_ANONYMOUS | XRT_MAP_NORESERVE | XRT_MAP_POPULATE |
                         XRT_MAP_FIXED_NOREPLACE;
  InterruptLock lock;
  Pages pages = pages_of(address, size);
  if (pages.count == 0 || (flags & ~kKnown)) return as_pointer(-XRT_EINVAL);
  const Rights rights = rights_of(protection);
  const bool is_fixed = flags & (XRT_MAP_FIXED | XRT_MAP_FIXED_NOREPLACE);
  const int error = is_fixed ? map_fixed(pages, rights, flags) : map_anywhere(pages, rights, flags);
  if (error != 0) return as_pointer(error);
  if (flags & XRT_MAP_POPULATE) touch_range(pages.start, pages.count);
  return reinterpret_cast<void*>(pages.start);
}

int xrt_munmap(void* address, size_t size) {
  const Pages pages = pages_of(address, size);
  return pages.count == 0 ? -XRT_EINVAL : unmap_range(pages.start, pages.count);
}

int xrt_mprotect(void* address, size_t size, int protection) {
  const Pages pages = pages_of(address, size);
  return pages.count == 0 ? -XRT_EINVAL : protect_range(pages.start, pages.count, rights_of(protection));
}

void* xrt_map_physical(uint64_t physical, size_t size) {
  const uint64_t offset = physical % kPageSize;
  const uint64_t pages = (offset + size + kPageSize - 1) / kPageSize;
  if (size == 0 || size > kProgramLimit || physical > kFrameBits - size) return as_pointer(-XRT_EINVAL);
  InterruptLock lock;
  const uint64_t start = find_empty(chosen_addresses, pages);
  if (start == 0) return as_pointer(-XRT_ENOMEM);
  const int error = map_physical(start, pages, physical - offset, kWritable | kNoExecute | kUncached);
  return error != 0 ? as_pointer(error) : reinterpret_cast<void*>(start + offset);
}

uint64_t xrt_physical_address(const void* address) {
  const auto value = reinterpret_cast<uint64_t>(address);
  InterruptLock lock;
  const uint64_t* entry = find_page_entry(value, false);
  return entry != nullptr && (*entry & kPresent) ? (*entry & kFrameBits) + value % kPageSize : 0;
}

uint64_t* xrt_page_entry(const void* address, int create) {
  return find_page_entry(reinterpret_cast<uint64_t>(address), create != 0);
}

uint64_t xrt_page_allocate() {
  return take_frame();
}
void xrt_page_free(uint64_t physical) {
  give_frame(physical);
}

uint64_t xrt_memory_total() {
  return frame_counts.total * kPageSize;
}
uint64_t xrt_memory_free() {
  return frame_counts.free * kPageSize;
}
