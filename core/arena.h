// Memory of one link: Arena for many small things that live as long as the link, Array for few large ones, LargeVector
// for those that grow.
//
// Ownership: the Session owns one Arena per worker; what is allocated lives until the arena dies, and no destructor
// runs. Threads: an Arena belongs to one thread at a time.
//
// Pages of 4 KiB cost 0.4 us to fault and fill, huge pages a third of it per byte (bench/inner), so blocks of 2 MiB and
// more are aligned and offered to the kernel as huge pages; a small link never gets that far and touches no more than
// it uses. No address space is reserved ahead: that fails under RLIMIT_AS, strict overcommit and user-mode emulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace xld {

constexpr size_t kHugePage = size_t{2} << 20;

// Zeroed private pages; at least kHugePage bytes are aligned to it and offered as huge pages. Throws std::bad_alloc.
uint8_t* map_pages(size_t size);
void unmap_pages(uint8_t* pages, size_t size) noexcept;

class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }

  // `alignment` is a power of two up to a page. Throws std::bad_alloc.
  void* allocate(size_t size, size_t alignment) {
    const size_t start = (position_ + alignment - 1) & ~(alignment - 1);
    if (start > limit_ || size > limit_ - start) return allocate_elsewhere(size, alignment);
    position_ = start + size;
    return reinterpret_cast<void*>(start);
  }

  // Uninitialised.
  template <class T>
  std::span<T> allocate_array(size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    if (count > SIZE_MAX / 2 / sizeof(T)) throw std::bad_alloc();
    return {static_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
  }

  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructors");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Arguments>(arguments)...};
  }

  std::string_view copy_text(std::string_view text) {
    if (text.empty()) return {};
    char* copy = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

  // Bytes asked of the system so far; statistics only.
  size_t mapped_size() const { return mapped_size_; }

 private:
  struct Chunk {  // at the start of its pages
    Chunk* previous;
    size_t size;
  };

  void* allocate_elsewhere(size_t size, size_t alignment);
  Chunk* add_chunk(size_t size);
  void swap(Arena& other) noexcept;

  uintptr_t position_ = 0;
  uintptr_t limit_ = 0;
  Chunk* last_ = nullptr;
  size_t mapped_size_ = 0;
};

// A fixed number of T, uninitialised or zeroed; large ones live in their own pages, where zeroing is free.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Array() = default;
  ~Array() { release(); }
  Array(Array&& other) noexcept { swap(other); }
  Array& operator=(Array&& other) noexcept {
    Array(std::move(other)).swap(*this);
    return *this;
  }

  static Array uninitialized(size_t count) { return Array(count, false); }
  static Array zeroed(size_t count) { return Array(count, true); }

  T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](size_t i) const { return data_[i]; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size_; }
  operator std::span<T>() const { return {data_, size_}; }        // NOLINT(google-explicit-constructor)
  operator std::span<const T>() const { return {data_, size_}; }  // NOLINT(google-explicit-constructor)

  // Forgets all but the first `count` items; the memory stays.
  void truncate(size_t count) {
    if (count < size_) size_ = count;
  }

 private:
  Array(size_t count, bool is_zeroed) : size_(count) {
    if (count == 0) return;
    if (count > SIZE_MAX / 2 / sizeof(T)) throw std::bad_alloc();
    const size_t bytes = count * sizeof(T);
    if (bytes >= kHugePage) {
      mapped_ = bytes;
      data_ = reinterpret_cast<T*>(map_pages(bytes));
    } else {
      data_ = static_cast<T*>(is_zeroed ? std::calloc(count, sizeof(T)) : std::malloc(bytes));
    }
    if (!data_) throw std::bad_alloc();
  }

  void release() noexcept {
    if (mapped_ != 0) {
      unmap_pages(reinterpret_cast<uint8_t*>(data_), mapped_);
    } else {
      std::free(data_);
    }
  }

  void swap(Array& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
  }

  T* data_ = nullptr;
  size_t size_ = 0;
  size_t mapped_ = 0;  // bytes, if they are pages of our own
};

// Memory of vectors: pages like those above for what is large, the heap for what is not.
template <class T>
struct PageAllocator {
  using value_type = T;
  PageAllocator() = default;
  template <class U>
  PageAllocator(const PageAllocator<U>&) {}  // NOLINT(google-explicit-constructor)

  T* allocate(size_t count) {
    if (count > SIZE_MAX / 2 / sizeof(T)) throw std::bad_alloc();
    if (count * sizeof(T) >= kHugePage) return reinterpret_cast<T*>(map_pages(count * sizeof(T)));
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* items, size_t count) noexcept {
    if (count * sizeof(T) >= kHugePage) return unmap_pages(reinterpret_cast<uint8_t*>(items), count * sizeof(T));
    std::allocator<T>().deallocate(items, count);
  }
  bool operator==(const PageAllocator&) const = default;
};

// A vector that may have millions of items.
template <class T>
using LargeVector = std::vector<T, PageAllocator<T>>;

}  // namespace xld
