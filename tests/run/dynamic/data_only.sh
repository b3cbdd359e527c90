#!/usr/bin/env bash
# A library of data alone: its code is empty, and so is the segment of it.
source "$(dirname "$0")/../lib.sh"

compile data.c -fPIC <<<'const char* const names[] = {"a", "b"};'
compile main.c <<<"extern const char* const names[]; int main(void) { return names[1][0]; }"
link -shared -z relro data.o -o libdata.so
gcc_link main.o ./libdata.so -o program
expect_status 98 ./program
