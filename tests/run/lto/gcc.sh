#!/usr/bin/env bash
# gcc -flto: slim and fat objects, C++ with COMDAT groups, archives made with and without knowledge of it, --wrap.
source "$(dirname "$0")/../lib.sh"

code='
#include <stdio.h>
int helper(int);
int main(int argc, char **argv) { printf("%d\n", helper(argc)); return 0; }'
helper='int helper(int x) { return x + 41; }'
for form in -fno-fat-lto-objects -ffat-lto-objects; do
  compile main.c -O2 -flto $form <<<"$code"
  compile helper.c -O2 -flto $form <<<"$helper"
  gcc_link -O2 -flto -static main.o helper.o -o program
  expect_output 42 ./program
  expect_no_match ' helper$' nm program
  rm -f indexed.a bare.a
  run gcc-ar rc indexed.a helper.o
  run ar rcS bare.a helper.o
  for archive in indexed.a bare.a; do
    gcc_link -O2 -flto -static main.o $archive -o program
    expect_output 42 ./program
  done
  compile plain.c -O2 <<<"$helper"
  gcc_link -flto -static main.o plain.o -o program
  expect_output 42 ./program
done

# With code in it, such an object is linked as it is where there is no plugin; without, there is an error.
gcc_link -fno-use-linker-plugin -static main.o helper.o -o program
expect_output 42 ./program
compile helper.c -O2 -flto <<<"$helper"
expect_fail "helper.o: is a compiler's intermediate code \(-flto\), and no plugin was given" -- helper.o -o program

compile shapes.cc -O2 -flto <<'END'
#include <iostream>
#include <stdexcept>
#include <vector>
struct Shape { virtual ~Shape() = default; virtual int area() const { throw std::runtime_error("none"); } };
struct Square : Shape { int side = 3; int area() const override { return side * side; } };
inline int &counter() { static int value; return value; }
int more();
int main() {
  Square square;
  Shape shape;
  std::vector<Shape *> shapes{&square, &shape};
  int sum = more();
  try { for (Shape *s : shapes) sum += s->area(); } catch (const std::exception &e) { std::cout << e.what() << ' '; }
  std::cout << sum << ' ' << counter() << std::endl;
}
END
compile more.cc -O2 -flto <<'END'
inline int &counter() { static int value; return value; }
int more() { return ++counter(); }
END
gxx_link -O2 -flto -static shapes.o more.o -o program
expect_output 'none 10 1' ./program

# The wrapper and the original are in other files than the call: what --wrap does to it, the compiler does not know.
compile call.c -O2 -flto <<<'int twice(int); int main(void) { return twice(20); }'
compile wrapper.c -O2 -flto <<<'int __real_twice(int); int __wrap_twice(int x) { return __real_twice(x) + 2; }'
compile twice.c -O2 <<<'int twice(int x) { return 2 * x; }'
gcc_link -O2 -flto -static -Wl,--wrap=twice call.o wrapper.o twice.o -o program
expect_status 42 ./program
