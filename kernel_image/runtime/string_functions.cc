// The part of <string.h> that freestanding programs tend to expect.
#include <stddef.h>

extern "C" {

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

int strcmp(const char* left, const char* right) {
  while (*left != '\0' && *left == *right) ++left, ++right;
  return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
}

int strncmp(const char* left, const char* right, size_t size) {
  for (; size != 0; --size, ++left, ++right) {
    if (*left != *right) return static_cast<unsigned char>(*left) - static_cast<unsigned char>(*right);
    if (*left == '\0') return 0;
  }
  return 0;
}

char* strcpy(char* to, const char* from) {
  char* result = to;
  while ((*to++ = *from++) != '\0') {
  }
  return result;
}

char* strchr(const char* text, int character) {
  for (; *text != static_cast<char>(character); ++text)
    if (*text == '\0') return nullptr;
  return const_cast<char*>(text);
}

void* memchr(const void* bytes, int value, size_t size) {
  const auto* byte = static_cast<const unsigned char*>(bytes);
  for (; size != 0; --size, ++byte)
    if (*byte == static_cast<unsigned char>(value)) return const_cast<unsigned char*>(byte);
  return nullptr;
}

}  // extern "C"
