// See cxx.cc.
#include "cxx.h"

static const bool is_registered = (Registry<int>::entries["one"] = 1, Registry<int>::entries["two"] = 2, true);

void throw_across(int depth) {
  Noisy here(depth == 0 ? "last" : "frame");
  if (depth == 0) throw Problem("a problem");
  throw_across(depth - 1);
}

std::string describe(const Shape& shape) {
  return shape.name() + (typeid(shape) == typeid(Square) ? "!" : "?");
}

int count_from_other_file() {
  return inline_counter + local_static() + is_registered;
}
