// Much of what an object can contain: groups, exceptions, thread-locals, merged strings, constructors, common names.
#include <exception>

template <class T>
struct Box {
  T value;
  virtual ~Box() {}
  virtual T get() const { return value; }
};

static thread_local int counter = 3;
thread_local long zeroed;
extern "C" int helper(int);
extern int common_like;
const char* texts[] = {"one", "two", "another one", "one"};
const double constants[] = {1.5, 2.5};

struct Early {
  Early() { counter += helper(1); }
} early;

int use(const Box<int>& box) {
  try {
    return box.get() + helper(counter) + common_like;
  } catch (const std::exception&) {
    return texts[zeroed & 3][0];
  }
}

extern "C" void _start() {
  Box<int> box;
  box.value = static_cast<int>(constants[1]);
  use(box);
}
