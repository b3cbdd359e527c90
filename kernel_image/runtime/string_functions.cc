// The part of <string.h> that freestanding programs tend to expect. Weak: see memory_functions.cc.
#include <stddef.h>

extern "C" {

[[gnu::weak]] size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') {
    ++length;
    asm("" : "+r"(length));  // or the compiler sees what this is, and calls strlen
  }
  return length;
}

[[gnu::weak]] int strcmp(const char* left, const char* right) {
  while (*left != '\0' && *left == *right) ++left, ++right;
  return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
}

[[gnu::weak]] int strncmp(const char* left, const char* right, size_t size) {
  for (; size != 0; --size, ++left, ++right) {
    if (*left != *right) return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
    if (*left == '\0') return 0;
  }
  return 0;
}

[[gnu::weak]] char* strcpy(char* to, const char* from) {
  char* result = to;
  while ((*to++ = *from++) != '\0') {
  }
  return result;
}

[[gnu::weak]] char* strncpy(char* to, const char* from, size_t size) {
  size_t i = 0;
  for (; i < size && from[i] != '\0'; ++i) to[i] = from[i];
  for (; i < size; ++i) {
    to[i] = '\0';
    asm("" : "+r"(i));  // as above
  }
  return to;
}

[[gnu::weak]] char* strcat(char* to, const char* from) {
  char* end = to;
  while (*end != '\0') ++end;
  while ((*end++ = *from++) != '\0') {
  }
  return to;
}

[[gnu::weak]] size_t strnlen(const char* text, size_t size) {
  size_t length = 0;
  while (length < size && text[length] != '\0') ++length;
  return length;
}

[[gnu::weak]] char* strchr(const char* text, int character) {
  for (; *text != static_cast<char>(character); ++text)
    if (*text == '\0') return nullptr;
  return const_cast<char*>(text);
}

[[gnu::weak]] char* strrchr(const char* text, int character) {
  const char* found = nullptr;
  do {
    if (*text == static_cast<char>(character)) found = text;
  } while (*text++ != '\0');
  return const_cast<char*>(found);
}

[[gnu::weak]] void* memchr(const void* bytes, int value, size_t size) {
  const auto* byte = static_cast<const unsigned char*>(bytes);
  for (; size != 0; --size, ++byte)
    if (*byte == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(byte);
  return nullptr;
}

}  // extern "C"
