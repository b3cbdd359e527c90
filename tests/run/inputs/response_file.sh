#!/usr/bin/env bash
# @file: quotes, escapes, several lines, nested files; a missing one is an error.
source "$(dirname "$0")/../lib.sh"

compile 'with space.c' <<<'int a(void) { return 5; }'
compile main.c <<<'int a(void); void _start(void) { __asm__("mov $60, %%eax; syscall" : : "D"(a() - 5)); }'
cat >inner.rsp <<'EOF'
'with space.o'
main.o
EOF
printf '%s\n' '-o "pro gram"' '@inner.rsp' >outer.rsp
run "$XLD" @outer.rsp
expect_status 0 './pro gram'
printf '%s\n' '-o program with\ space.o' 'main.o' >escaped.rsp
run "$XLD" @escaped.rsp
expect_status 0 ./program
expect_fail 'nothing.rsp' -- @nothing.rsp main.o -o program
