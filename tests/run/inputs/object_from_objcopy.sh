#!/usr/bin/env bash
# Objects that tools rewrote: stripped of debug info, renamed sections, prefixed symbols, localised globals.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int p_a(void); int main() { return p_a() - 5; }'
compile a.c -g <<<'int hidden_helper(void) { return 5; } int a(void) { return hidden_helper(); }'
run objcopy --strip-debug --localize-symbol=hidden_helper --redefine-sym a=p_a --rename-section .text=.text.renamed a.o
gcc_link -static main.o a.o -o program
expect_status 0 ./program
run llvm-objcopy-19 --add-section=.extra=main.c --set-section-flags=.extra=alloc,readonly a.o b.o
gcc_link -static main.o b.o -o program
expect_status 0 ./program
has_section program .extra
