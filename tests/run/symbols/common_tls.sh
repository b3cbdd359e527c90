#!/usr/bin/env bash
# A common symbol in thread-local storage.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start; _start: mov $x@tpoff, %rdi; add $8, %rdi; mov $60, %eax; syscall
.type x, @tls_object; .comm x, 8, 8' | as -o a.o 2>/dev/null || true
cat >a.c <<<'_Thread_local int x; int main() { return x++; }'
compile b.c -fcommon <a.c
gcc_link -static b.o -o program
expect_status 0 ./program
