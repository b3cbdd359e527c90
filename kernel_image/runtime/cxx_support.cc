// What compiled C++ calls (Itanium C++ ABI, 3.3): guards of local statics, pure virtual calls, new and delete. What a
// program may replace is weak.
//
// A guard's first byte says that the variable is initialised; its second word which thread is at it, and others yield
// until it is done. Without threads in the program, nobody else can be at it.
#include <new>
#include <stddef.h>

#include "kernel_image/runtime/cpu.h"
#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/include/xrt.h"

#pragma weak xrt_thread_yield
#pragma weak xrt_thread_id

extern "C" {

[[gnu::weak]] XRT_HIDDEN void* __dso_handle = nullptr;

struct Guard {
  uint8_t is_done;
  uint32_t owner;  // number of the thread that initialises the variable; 0: nobody
};

int __cxa_guard_acquire(Guard* guard) {
  const uint32_t self = xrt_thread_id != nullptr ? xrt_thread_id() : 1;
  for (;;) {
    if (__atomic_load_n(&guard->is_done, __ATOMIC_ACQUIRE)) return 0;
    uint32_t owner = 0;
    if (__atomic_compare_exchange_n(&guard->owner, &owner, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) return 1;
    if (owner == self || xrt_thread_yield == nullptr)
      xrt_panic("a static variable is initialised in its own initialisation");
    xrt_thread_yield();
  }
}

void __cxa_guard_release(Guard* guard) {
  __atomic_store_n(&guard->is_done, uint8_t{1}, __ATOMIC_RELEASE);
  __atomic_store_n(&guard->owner, 0u, __ATOMIC_RELEASE);
}

void __cxa_guard_abort(Guard* guard) {
  __atomic_store_n(&guard->owner, 0u, __ATOMIC_RELEASE);
}

[[noreturn]] void __cxa_pure_virtual() {
  xrt_panic("a pure virtual function was called");
}
[[noreturn]] void __cxa_deleted_virtual() {
  xrt_panic("a deleted virtual function was called");
}
[[noreturn, gnu::weak]] void __stack_chk_fail() {
  xrt_panic("a function wrote beyond its stack frame");
}
[[noreturn, gnu::weak]] void abort() {
  xrt_panic("abort() was called");
}

}  // extern "C"

namespace {

void* allocate_or_end(size_t size) {
  void* memory = xrt_allocate(size);
  if (memory == nullptr) xrt::end_without_memory();
  return memory;
}

// An aligned block has in front of it the address of the block it was cut from. Null without memory.
void* allocate_aligned(size_t size, size_t alignment) {
  const size_t extra = alignment + sizeof(void*);
  auto* block = static_cast<char*>(size <= SIZE_MAX - extra ? xrt_allocate(size + extra) : nullptr);
  if (block == nullptr) return nullptr;
  const auto start = (reinterpret_cast<uintptr_t>(block) + extra) & ~(alignment - 1);
  reinterpret_cast<void**>(start)[-1] = block;
  return reinterpret_cast<void*>(start);
}

void* allocate_aligned_or_end(size_t size, size_t alignment) {
  void* memory = allocate_aligned(size, alignment);
  if (memory == nullptr) xrt::end_without_memory();
  return memory;
}

void free_aligned(void* memory) {
  if (memory != nullptr) xrt_free(static_cast<void**>(memory)[-1]);
}

}  // namespace

const std::nothrow_t std::nothrow{};

[[gnu::weak]] void* operator new(size_t size) {
  return allocate_or_end(size);
}
[[gnu::weak]] void* operator new[](size_t size) {
  return allocate_or_end(size);
}
[[gnu::weak]] void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return xrt_allocate(size);
}
[[gnu::weak]] void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return xrt_allocate(size);
}
[[gnu::weak]] void* operator new(size_t size, std::align_val_t align) {
  return allocate_aligned_or_end(size, static_cast<size_t>(align));
}
[[gnu::weak]] void* operator new[](size_t size, std::align_val_t align) {
  return allocate_aligned_or_end(size, static_cast<size_t>(align));
}
[[gnu::weak]] void* operator new(size_t size, std::align_val_t align, const std::nothrow_t&) noexcept {
  return allocate_aligned(size, static_cast<size_t>(align));
}
[[gnu::weak]] void* operator new[](size_t size, std::align_val_t align, const std::nothrow_t&) noexcept {
  return allocate_aligned(size, static_cast<size_t>(align));
}
[[gnu::weak]] void operator delete(void* memory) noexcept {
  xrt_free(memory);
}
[[gnu::weak]] void operator delete[](void* memory) noexcept {
  xrt_free(memory);
}
[[gnu::weak]] void operator delete(void* memory, size_t) noexcept {
  xrt_free(memory);
}
[[gnu::weak]] void operator delete[](void* memory, size_t) noexcept {
  xrt_free(memory);
}
[[gnu::weak]] void operator delete(void* memory, std::align_val_t) noexcept {
  free_aligned(memory);
}
[[gnu::weak]] void operator delete[](void* memory, std::align_val_t) noexcept {
  free_aligned(memory);
}
[[gnu::weak]] void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  free_aligned(memory);
}
[[gnu::weak]] void operator delete[](void* memory, size_t, std::align_val_t) noexcept {
  free_aligned(memory);
}
[[gnu::weak]] void operator delete(void* memory, const std::nothrow_t&) noexcept {
  xrt_free(memory);
}
[[gnu::weak]] void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  xrt_free(memory);
}
