// Pages from the kernel and the arena's chunks. See arena.h.
#include "core/arena.h"

#include <algorithm>
#include <bit>
#include <sys/mman.h>

#include "core/bytes.h"

namespace xld {

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kSmallestChunk = size_t{64} << 10;
constexpr size_t kLargestChunk = size_t{16} << 20;

uint8_t* map_anonymous(size_t size) {
  void* pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return static_cast<uint8_t*>(pages);
}

}  // namespace

uint8_t* map_pages(size_t size) {
  if (size > SIZE_MAX / 2) throw std::bad_alloc();
  size = align_up(size, kPage);
  if (size < kHugePage) return map_anonymous(size);

  // mmap aligns to a page only: take more, then give back both ends.
  uint8_t* const raw = map_anonymous(size + kHugePage - kPage);
  uint8_t* const pages = reinterpret_cast<uint8_t*>(align_up(reinterpret_cast<uintptr_t>(raw), kHugePage));
  const size_t before = static_cast<size_t>(pages - raw);
  const size_t after = kHugePage - kPage - before;
  if (before != 0) munmap(raw, before);
  if (after != 0) munmap(pages + size, after);
  // Whole huge pages only: the last partial one would cost 2 MiB of memory for its first byte. Refusal costs speed
  // only.
  madvise(pages, size & ~(kHugePage - 1), MADV_HUGEPAGE);
  return pages;
}

void unmap_pages(uint8_t* pages, size_t size) noexcept {
  munmap(pages, align_up(size, kPage));
}

Arena::~Arena() {
  while (last_) {
    Chunk* const chunk = last_;
    last_ = chunk->previous;
    unmap_pages(reinterpret_cast<uint8_t*>(chunk), chunk->size);
  }
}

Arena::Chunk* Arena::add_chunk(size_t size) {
  auto* const chunk = reinterpret_cast<Chunk*>(map_pages(size));
  chunk->previous = last_;
  chunk->size = size;
  last_ = chunk;
  mapped_size_ += size;
  return chunk;
}

void* Arena::allocate_elsewhere(size_t size, size_t alignment) {
  if (size > SIZE_MAX / 2) throw std::bad_alloc();
  const size_t offset = align_up(sizeof(Chunk), alignment);
  // Chunks double what there is. A large object gets pages of its own, so that the rest of the current chunk is not
  // lost.
  const size_t chunk_size = std::clamp(std::bit_floor(mapped_size_), kSmallestChunk, kLargestChunk);
  if (offset + size > chunk_size / 2) {
    Chunk* const chunk = add_chunk(align_up(offset + size, kPage));
    return reinterpret_cast<uint8_t*>(chunk) + offset;
  }
  Chunk* const chunk = add_chunk(chunk_size);
  position_ = reinterpret_cast<uintptr_t>(chunk) + offset;
  limit_ = reinterpret_cast<uintptr_t>(chunk) + chunk->size;
  return allocate(size, alignment);
}

void Arena::swap(Arena& other) noexcept {
  std::swap(position_, other.position_);
  std::swap(limit_, other.limit_);
  std::swap(last_, other.last_);
  std::swap(mapped_size_, other.mapped_size_);
}

}  // namespace xld
