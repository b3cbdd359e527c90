// Exceptions through frames of several kinds, destructors on the way, thread_local objects, virtual bases, and static
// objects that are made when first used.
#include "system.h"

namespace {

struct Noisy {
  const char* name;
  explicit Noisy(const char* n) : name(n) {}
  ~Noisy() { printf("~%s\n", name); }
};

struct Base {
  virtual ~Base() {}
  virtual int value() const { return 1; }
};
struct Other {
  virtual ~Other() {}
  long padding = 0;
};
struct Derived : virtual Other, Base {
  int number;
  explicit Derived(int n) : number(n) {}
  int value() const override { return number; }
};

struct Counter {
  int count = 5;
  ~Counter() { printf("thread ends with %d\n", count); }
};
thread_local Counter counter;

// Many callee-saved registers, so that the unwinder has something to restore.
__attribute__((noinline)) int deep(int depth, int a, int b, int c, int d) {
  Noisy noisy(depth == 0 ? "innermost" : "outer");
  if (depth == 0) throw Derived(a + b + c + d);
  return deep(depth - 1, a + 1, b + 2, c + 3, d + 4) + a * b + c * d;
}

// A frame without a frame pointer and of a size that needs no more than a push.
__attribute__((noinline)) void through(void (*function)(int)) {
  char space[3000];
  memset(space, 1, sizeof(space));
  function(space[17]);
  memset(space, 2, sizeof(space));
}

void throw_number(int n) {
  throw n;
}

Noisy& made_once() {
  static Noisy noisy("made once");
  return noisy;
}

void* thread(void*) {
  counter.count++;
  try {
    through(throw_number);
  } catch (Base&) {  // a table that leads to no type catches everything
    counter.count = -1;
  } catch (int n) {
    counter.count += n;
  }
  return nullptr;
}

int rethrow(int kept) {
  int sum = kept;
  try {
    try {
      deep(1, 1, 1, 1, 1);
    } catch (Other&) {
      sum += 100;
      throw;
    }
  } catch (Base& b) {
    sum += b.value();
    if (dynamic_cast<Derived*>(&b)) sum += 1000;
  }
  return sum;
}

}  // namespace

Noisy global("global");

int main() {
  try {
    deep(3, 1, 2, 3, 4);
  } catch (const Base& b) {
    printf("caught %d\n", b.value());
  }
  printf("rethrown %d\n", rethrow(7));
  try {
    through(throw_number);
  } catch (...) {
    puts("caught all");
  }
  printf("%s\n", made_once().name);
  pthread_t other;
  pthread_create(&other, nullptr, thread, nullptr);
  pthread_join(other, nullptr);
  printf("main has %d\n", counter.count);
  fflush(__stdoutp);
  return 0;
}
