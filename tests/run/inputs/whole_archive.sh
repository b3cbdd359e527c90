#!/usr/bin/env bash
# --whole-archive links every member, --no-whole-archive ends it; constructors in otherwise unneeded members run.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int total; int main() { return total; }'
for i in 1 2 4; do
  compile m$i.c <<<"extern int total; __attribute__((constructor)) static void add(void) { total += $i; }"
done
run ar rcs lib12.a m1.o m2.o
run ar rcs lib4.a m4.o
gcc_link -static main.o -Wl,--whole-archive lib12.a -Wl,--no-whole-archive lib4.a -o program
expect_status 3 ./program
gcc_link -static main.o lib12.a lib4.a -o program
expect_status 0 ./program
gcc_link -static main.o -Wl,--push-state,--whole-archive lib4.a -Wl,--pop-state lib12.a -o program
expect_status 4 ./program
