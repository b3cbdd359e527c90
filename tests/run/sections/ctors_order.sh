#!/usr/bin/env bash
# The pointers of a .ctors section are called from the last to the first, those of .dtors too, as their old loops did;
# also where the linker moves them to .init_array and .fini_array.
source "$(dirname "$0")/../lib.sh"

cat >source.c <<'EOF'
#include <stdio.h>
static void one(void) { printf("1 "); }
static void two(void) { printf("2 "); }
static void three(void) { printf("3 "); }
static void bye_one(void) { printf("b1 "); }
static void bye_two(void) { printf("b2 "); }
typedef void (*function)(void);
__attribute__((used, aligned(sizeof(function)), section(".ctors"))) static function const constructors[] = {two, one};
__attribute__((used, aligned(sizeof(function)), section(".ctors.65530"))) static function const early[] = {three};
__attribute__((used, aligned(sizeof(function)), section(".dtors"))) static function const destructors[] = {bye_one, bye_two};
int main() { printf("main "); return 0; }
EOF
for mode in '-no-pie -static' '-fPIE -static-pie' '-m32 -no-pie -static'; do
  compile a.c ${mode/-static*/} <source.c
  gcc_link $mode a.o -o program
  expect_output '3 1 2 main b1 b2 ' ./program
done
