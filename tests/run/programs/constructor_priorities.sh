#!/usr/bin/env bash
# Constructors and destructors with priorities, over several objects: low numbers first, destructors reversed.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile a.c $machine <<'EOF'
#include <stdio.h>
__attribute__((constructor)) static void plain() { printf("a "); }
__attribute__((constructor(200))) static void second() { printf("200 "); }
__attribute__((destructor(101))) static void last() { printf("~101\n"); fflush(stdout); }
int main() { printf("main "); return 0; }
EOF
  compile b.c $machine <<'EOF'
#include <stdio.h>
__attribute__((constructor(101))) static void first() { printf("101 "); }
__attribute__((constructor(65000))) static void late() { printf("65000 "); }
__attribute__((destructor(300))) static void early() { printf("~300 "); }
__attribute__((destructor)) static void plain() { printf("~b "); }
EOF
  gcc_link -static $machine a.o b.o -o program
  expect_output '101 200 65000 a main ~b ~300 ~101' ./program
done
