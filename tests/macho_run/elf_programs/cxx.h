// What the two files of cxx share: templates, inline functions and variables, which both of them define.
#pragma once
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <typeinfo>

struct Shape {
  virtual ~Shape() = default;
  virtual std::string name() const { return "shape"; }
};
struct Square : Shape {
  std::string name() const override { return "square"; }
};

struct Problem : std::runtime_error {
  using std::runtime_error::runtime_error;
  int code = 40;
};

struct Noisy {
  explicit Noisy(const char* its_name) : name(its_name) {}
  ~Noisy() { std::cout << "~" << name << std::endl; }
  const char* name;
};

inline int inline_counter = 0;
inline int& local_static() {
  static int value = 100;
  return value;
}
inline thread_local std::string per_thread = "fresh";

template <class T>
struct Registry {
  static inline std::map<std::string, T> entries;
};

void throw_across(int depth);
std::string describe(const Shape& shape);
int count_from_other_file();
