// A program that brings some functions of its own keeps them, and takes their neighbours from the runtime.
// boot: -M microvm -m 64M
// > copied 5, set 5, compared 0
// > 11 characters, one/two/one
// > own malloc 1, own new 1
// > own exit 7
// > at the end
// exit: 143
#include <stddef.h>
#include <xrt.h>

extern "C" {
char* strcat(char*, const char*);
char* strncpy(char*, const char*, size_t);
char* strrchr(const char*, int);
size_t strnlen(const char*, size_t);
void* memset(void*, int, size_t);
int memcmp(const void*, const void*, size_t);
void* calloc(size_t, size_t);
void free(void*);
int atexit(void (*)());
void _Exit(int);

int copies, mallocs, news;

void* memcpy(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i) static_cast<volatile char*>(to)[i] = static_cast<const char*>(from)[i];
  copies += static_cast<int>(size);
  return to;
}
size_t strlen(const char* text) {
  const char* end = text;
  while (*end != '\0') asm("" : "+r"(++end));
  return static_cast<size_t>(end - text);
}
void* malloc(size_t size) {
  ++mallocs;
  return xrt_allocate(size);
}
[[noreturn]] void exit(int code) {
  xrt_printf("own exit %d\n", code);
  xrt_exit(code);
}
}

void* operator new(size_t size) {
  ++news;
  return xrt_allocate(size);
}

namespace {

struct Base {
  virtual ~Base() = default;
  virtual int value() const = 0;
};
struct Derived : Base {
  int value() const override { return 5; }
};

const Base& local_static() {
  static Derived derived;
  return derived;
}

}  // namespace

int main() {
  char bytes[8], others[8] = "aaaaaaa";
  memset(bytes, 'a', sizeof(bytes) - 1);
  memcpy(others, bytes, local_static().value());
  xrt_printf("copied %d, set %d, compared %d\n", copies, local_static().value(), memcmp(bytes, others, 5));
  char text[32] = "";
  strcat(strcat(strncpy(text, "one/twoXXXX", 7), "/"), "one");
  xrt_printf("%zu characters, %s\n", strlen(text) == strnlen(text, 100) ? strlen(text) : 0, text);
  if (strrchr(text, '/') != text + 7 || strrchr(text, 'x') != nullptr) return 1;
  void* memory = malloc(10);
  free(memory);
  free(calloc(3, 3));
  const Base* made = new Derived;
  delete made;
  xrt_printf("own malloc %d, own new %d\n", mallocs, news);
  atexit([] { xrt_printf("at the end\n"); });
  exit(7);
}
