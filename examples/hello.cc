// A C++ program that needs much of what a linker does: exceptions, RTTI, threads, static constructors, templates.
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

thread_local int visits = 0;
const std::map<std::string, int> ages = {{"ada", 36}, {"grace", 85}};

void visit(const std::string& name) {
  visits++;
  try {
    std::cout << "hello from C++: " << name << " is " << ages.at(name);
  } catch (const std::out_of_range& error) {
    std::cout << "hello from C++: an exception was caught, " << typeid(error).name();
  }
  std::cout << " (visit " << visits << " of this thread)\n";
}

}  // namespace

int main() {
  visit("ada");
  std::thread(visit, "grace").join();
  visit("nobody");
}
