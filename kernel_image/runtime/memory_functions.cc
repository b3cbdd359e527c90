// The functions that compilers call without being asked (GCC manual, "Standards": memcpy, memmove, memset, memcmp).
// They use general registers only, and the string instructions, which CPUs do fast. Weak, as are all functions here
// that a program may bring itself: one of its own must not collide with its neighbours.
#include <stddef.h>

extern "C" {

[[gnu::weak]] void* memcpy(void* to, const void* from, size_t size) {
  void* result = to;
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
  return result;
}

[[gnu::weak]] void* memmove(void* to, const void* from, size_t size) {
  auto* target = static_cast<unsigned char*>(to);
  const auto* source = static_cast<const unsigned char*>(from);
  if (target <= source || target >= source + size) return memcpy(to, from, size);
  target += size - 1;
  source += size - 1;
  asm volatile("std; rep movsb; cld" : "+D"(target), "+S"(source), "+c"(size)::"memory");
  return to;
}

[[gnu::weak]] void* memset(void* to, int value, size_t size) {
  void* result = to;
  asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
  return result;
}

[[gnu::weak]] int memcmp(const void* left, const void* right, size_t size) {
  const auto* a = static_cast<const unsigned char*>(left);
  const auto* b = static_cast<const unsigned char*>(right);
  for (size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return a[i] - b[i];
  return 0;
}

}  // extern "C"
