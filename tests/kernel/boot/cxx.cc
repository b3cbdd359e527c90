// What C++ programs lean on: constructors, destructors, guards, virtual calls, new and delete, thread_local objects.
// compile: -ftls-model=local-exec
// boot: -M microvm -m 64M
// > constructor of first
// > constructor of second
// > main
// > a local static
// > derived 7
// > block 3 of 3, 4096-aligned yes
// > thread object made
// > thread object 5 gone
// > end of main
// > from atexit
// > local static gone
// > second gone
// > first gone
#include <new>
#include <xrt.h>

extern "C" int atexit(void (*)());
extern "C" void* memset(void*, int, size_t);
extern "C" size_t strlen(const char*);
extern "C" int memcmp(const void*, const void*, size_t);

namespace {

struct Announced {
  const char* name;
  explicit Announced(const char* given) : name(given) { xrt_printf("constructor of %s\n", name); }
  ~Announced() { xrt_printf("%s gone\n", name); }
};

Announced first("first");
Announced second("second");

struct LocalStatic {
  LocalStatic() { xrt_printf("a local static\n"); }
  ~LocalStatic() { xrt_printf("local static gone\n"); }
};

void use_local_static() {
  static LocalStatic object;
}

struct Base {
  virtual ~Base() = default;
  virtual int value() const = 0;
};
struct Derived : Base {
  int number = 7;
  int value() const override { return number; }
};

struct ThreadObject {
  int number = 5;
  ThreadObject() { xrt_printf("thread object made\n"); }
  ~ThreadObject() { xrt_printf("thread object %d gone\n", number); }
};
thread_local ThreadObject thread_object;

struct alignas(4096) Page {
  char bytes[4096];
};

void use_heap() {
  Base* object = new Derived;
  xrt_printf("derived %d\n", object->value());
  delete object;
  auto* numbers = new int[1000];
  memset(numbers, 0x11, 4000);
  auto* page = new Page;
  auto* large = new char[1 << 20];
  large[(1 << 20) - 1] = 3;
  const bool is_aligned = reinterpret_cast<uintptr_t>(page) % 4096 == 0 && numbers[999] == 0x11111111;
  xrt_printf("block %d of %zu, 4096-aligned %s\n", large[(1 << 20) - 1], strlen("abc"), is_aligned ? "yes" : "no");
  delete[] numbers;
  delete page;
  delete[] large;
}

}  // namespace

int main() {
  xrt_printf("main\n");
  use_local_static();
  use_local_static();
  use_heap();
  xrt_thread* thread;
  xrt_thread_create(&thread, [](void*) { return thread_object.number; }, nullptr, 0);
  int result = 0;
  xrt_thread_join(thread, &result);
  atexit([] { xrt_printf("from atexit\n"); });
  xrt_printf("end of main\n");
  return result == 5 ? 0 : 1;
}
