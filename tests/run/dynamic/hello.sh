#!/usr/bin/env bash
# What compilers link by default: a program with a loader, in C and in C++ (exceptions, threads, iostream).
source "$(dirname "$0")/../lib.sh"

compile cxx.cc -fPIE <<'EOF'
#include <iostream>
#include <stdexcept>
#include <thread>
thread_local int value = 3;
int main() {
  try { throw std::runtime_error("x"); } catch (std::exception &e) { std::cout << "caught " << e.what() << "\n"; }
  std::thread([] { value = 5; std::cout << value << "\n"; }).join();
  std::cout << value << std::endl;
}
EOF
compile hello.c -fPIE <<<'#include <stdio.h>
int main(void) { puts("hello"); return 0; }'
for option in -pie -no-pie -Wl,-z,now -Wl,--hash-style=sysv -Wl,--hash-style=gnu -Wl,-z,norelro; do
  gcc_link $option hello.o -o hello
  expect_output hello ./hello
  gxx_link $option cxx.o -o cxx
  expect_output $'caught x\n5\n3' ./cxx
done
expect_match 'INTERP' readelf -lW hello
expect_match 'NEEDED.*libc.so.6' readelf -dW hello
expect_match 'PHDR' readelf -lW hello
