// Compiled for Linux, linked to Mach-O: exceptions through frames of two files, iostream, run-time types, thread-local
// objects with destructors, and what several files define alike.
#include "cxx.h"

namespace {

Noisy global("global");

int catch_problem() {
  Noisy outer("outer");
  try {
    Noisy inner("inner");
    throw_across(3);
  } catch (const std::exception& e) {
    std::cout << "caught " << e.what() << " " << dynamic_cast<const Problem&>(e).code << std::endl;
    return 1;
  }
  return 0;
}

int rethrow() {
  try {
    try {
      throw 7;
    } catch (int value) {
      throw value + 0.5;
    }
  } catch (double value) {
    return static_cast<int>(value * 2);
  }
}

}  // namespace

int main() {
  std::cout << "rethrown " << catch_problem() + rethrow() << std::endl;
  inline_counter += 5;
  local_static()++;
  std::cout << count_from_other_file() << " " << describe(Square()) << " " << Registry<int>::entries.size()
            << std::endl;
  const auto in_the_thread = [] {
    per_thread += " in the thread";
    try {
      throw std::string(per_thread);
    } catch (const std::string& text) {
      std::cout << text << std::endl;
    }
  };
#ifdef __i386__  // a thread that the host starts has no segment for the image, and what it throws ends at the bridge
  in_the_thread();
  std::cout << per_thread << " in main" << std::endl;
#else
  std::thread(in_the_thread).join();
  std::cout << per_thread << " in main" << std::endl;
  try {
    std::map<int, int>().at(3);
  } catch (const std::out_of_range&) {
    std::cout << "out of range" << std::endl;
  }
#endif
}
