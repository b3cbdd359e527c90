// A C++ program that needs much of what a linker does: exceptions, RTTI, threads, static constructors, templates.
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>

namespace {

thread_local int visits = 0;
const std::map<std::string, int> ages = {{"ada", 36}, {"grace", 85}};

void visit(const std::string& name) {
  visits++;
  try {
    const int age = ages.at(name);
    std::cout << "hello from C++: " << name << " is " << age;
  } catch (const std::out_of_range& error) {
    std::cout << "hello from C++: nobody knows " << name << ", " << typeid(error).name() << " was caught";
  }
  std::cout << " (visit " << visits << " of this thread)\n";
}

}  // namespace

int main() {
  visit("ada");
  std::thread(visit, "grace").join();
  visit("eve");
}
