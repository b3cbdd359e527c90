#!/usr/bin/env bash
# A C++ program of objects that were linked to one with -r behaves as the program of the objects, whoever links it.
source "$(dirname "$0")/../lib.sh"

read -rd '' common <<'E' || true
#include <cstdio>
#include <stdexcept>
#include <string>
struct Noisy { Noisy(); ~Noisy(); int value; };
inline int counted(int x) {
  static int calls;
  if (x < 0) throw std::runtime_error("negative");
  return ++calls + x;
}
template <class T> T twice(T x) { return x + x; }
int other(int);
extern thread_local int shared_thread;
E
for flags in '-m64 -g' '-m32 -O2 -fPIC -ffunction-sections'; do
  compile a.cc $flags <<<"$common
    Noisy global;
    static thread_local int mine = 4;
    int main() {
      std::string text = twice(std::string(\"ab\"));
      for (int x : {1, -1}) {
        try { printf(\"%d %d\\n\", counted(x), other(x)); } catch (std::exception& e) { puts(e.what()); }
        try { other(-1); } catch (std::exception& e) { puts(e.what()); }
      }
      printf(\"%s %d %d\\n\", text.c_str(), mine, shared_thread + global.value);
    }"
  compile b.cc $flags <<<"$common
    Noisy::Noisy() : value(40) {} Noisy::~Noisy() { puts(\"end\"); }
    static int numbers[] = {1, 2, 3};
    static int* pointers[] = {numbers + 1, numbers + 2};
    thread_local int shared_thread = 2;
    int other(int x) { return counted(x) + *pointers[1] + (int)twice(std::string(\"q\")).size(); }"
  g++ ${flags%% *} -static a.o b.o -o expected
  link -r a.o b.o -o both.o
  gxx_link ${flags%% *} -static both.o -o program
  expect_output "$(./expected)" ./program
  g++ ${flags%% *} -fuse-ld=lld -static both.o -o program
  expect_output "$(./expected)" ./program
  g++ ${flags%% *} -fuse-ld=bfd both.o -o program
  expect_output "$(./expected)" ./program
  # Once more through -r: nothing changes any more but the order of symbols.
  link -r both.o -o again.o
  expect_equal "$(size -A again.o | awk '{ print $1, $2 }')" "$(size -A both.o | awk '{ print $1, $2 }' | sed 's/^both/again/')"
done
