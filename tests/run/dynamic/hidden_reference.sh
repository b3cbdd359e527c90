#!/usr/bin/env bash
# A hidden reference wants a definition in the same output: a library's does not count, an archive's behind it does.
source "$(dirname "$0")/../lib.sh"

compile f.c -fPIC <<<'void f(void) {}'
compile main.c -fPIC <<<'__attribute__((visibility("hidden"))) void f(void); int main(void) { f(); return 0; }'
gcc_link -shared f.o -o libf.so
ar rcs f.a f.o
gcc_link main.o ./libf.so f.a -o program -Wl,-rpath,.
expect_status 0 ./program
expect_fail 'undefined hidden symbol: f' -- -pie main.o libf.so -o x
