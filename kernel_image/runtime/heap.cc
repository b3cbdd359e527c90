// Small memory: blocks of powers of two, cut from mapped chunks and kept in lists once they are free.
//
// A block starts with a header that says which list it belongs to. Blocks above half a chunk are mappings of their own.
// C's names for them are weak: see memory_functions.cc.
#include "kernel_image/runtime/cpu.h"
#include "kernel_image/runtime/include/xrt.h"

extern "C" {
void* memcpy(void* to, const void* from, size_t size);
void* memset(void* to, int value, size_t size);
void* malloc(size_t size);
void* calloc(size_t count, size_t size);
void* realloc(void* memory, size_t size);
void free(void* memory);
}

namespace xrt XRT_HIDDEN {

namespace {

constexpr size_t kChunkSize = 64 << 10;
constexpr unsigned kSmallestShift = 5;
constexpr unsigned kLists = 11;  // blocks of 32 bytes to 32 KiB
constexpr size_t kSizeLimit = size_t{1} << 45;

struct alignas(16) Header {
  size_t size;  // of the whole block
  Header* next;
};
static_assert(sizeof(Header) == 16);

struct {
  Header* lists[kLists];
  uint8_t* rest;  // of the newest chunk
  size_t rest_size;
} heap;

unsigned list_of(size_t size) {
  unsigned list = 0;
  while (size_t{1} << (kSmallestShift + list) < size) ++list;
  return list;
}

void* map_bytes(size_t size) {
  void* memory = xrt_mmap(nullptr, size, XRT_PROT_READ | XRT_PROT_WRITE, 0);
  return xrt_failed(memory) ? nullptr : memory;
}

// What is left of the last chunk is given up: less than the block that did not fit.
Header* cut_block(size_t size) {
  if (heap.rest_size < size) {
    auto* chunk = static_cast<uint8_t*>(map_bytes(kChunkSize));
    if (chunk == nullptr) return nullptr;
    heap.rest = chunk;
    heap.rest_size = kChunkSize;
  }
  auto* block = reinterpret_cast<Header*>(heap.rest);
  heap.rest += size;
  heap.rest_size -= size;
  return block;
}

Header* take_block(unsigned list) {
  if (list >= kLists) return nullptr;
  Header* block = heap.lists[list];
  if (block == nullptr) return cut_block(size_t{1} << (kSmallestShift + list));
  heap.lists[list] = block->next;
  return block;
}

Header* allocate_block(size_t size) {
  const unsigned list = list_of(size);
  if (list >= kLists) {
    auto* block = static_cast<Header*>(map_bytes(size));
    if (block != nullptr) block->size = size;
    return block;
  }
  Header* block = take_block(list);
  if (block != nullptr) block->size = size_t{1} << (kSmallestShift + list);
  return block;
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

void* xrt_allocate(size_t size) {
  using namespace xrt;
  if (size > kSizeLimit) return nullptr;
  InterruptLock lock;
  Header* block = allocate_block(size + sizeof(Header));
  return block == nullptr ? nullptr : block + 1;
}

void xrt_free(void* memory) {
  using namespace xrt;
  if (memory == nullptr) return;
  Header* block = static_cast<Header*>(memory) - 1;
  const unsigned list = list_of(block->size);
  if (list >= kLists) {
    xrt_munmap(block, block->size);
    return;
  }
  InterruptLock lock;
  block->next = heap.lists[list];
  heap.lists[list] = block;
}

[[gnu::weak]] void* malloc(size_t size) {
  return xrt_allocate(size);
}
[[gnu::weak]] void free(void* memory) {
  xrt_free(memory);
}

[[gnu::weak]] void* calloc(size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  void* memory = xrt_allocate(bytes);
  return memory == nullptr ? nullptr : memset(memory, 0, bytes);
}

[[gnu::weak]] void* realloc(void* memory, size_t size) {
  using namespace xrt;
  if (memory == nullptr) return xrt_allocate(size);
  const size_t old_size = (static_cast<Header*>(memory) - 1)->size - sizeof(Header);
  if (size <= old_size) return memory;
  void* larger = xrt_allocate(size);
  if (larger == nullptr) return nullptr;
  memcpy(larger, memory, old_size);
  xrt_free(memory);
  return larger;
}
