#!/usr/bin/env bash
# Inline variables, static members of templates and local statics exist once, also their guard variables.
source "$(dirname "$0")/../lib.sh"

header='inline int counter = 10;
template <typename T> struct Holder { static T value; };
template <typename T> T Holder<T>::value = 5;
struct Once { Once() { counter++; } };
inline Once &once() { static Once instance; return instance; }'
for i in 1 2; do
  compile $i.cc -std=c++17 -O$i <<<"$header
int touch$i() { once(); Holder<int>::value++; return counter; }"
done
compile main.cc -std=c++17 <<<"$header
int touch1(), touch2();
int main() { touch1(); return touch2() * 10 + Holder<int>::value - 117; }"
gxx_link -static main.o 1.o 2.o -o program
expect_status 0 ./program
