#!/usr/bin/env bash
# --why-extract: who wanted each archive member, an option by its name; --print-archive-stats: how many were taken.
source "$(dirname "$0")/../lib.sh"

compile main.s <<<'.globl _start
_start: call a'
compile a.s <<<'.globl a
a: ret'
compile b.s <<<'.globl _Z1bv
_Z1bv: ret'
rm -f a.a b.a
run ar rcs a.a a.o
run ar rcs b.a b.o
first_line() { sed -n "$2p" "$1"; }
link main.o a.a b.a -o program --why-extract=why --print-archive-stats=stats
expect_output $'reference\textracted\tsymbol' first_line why 1
expect_output $'main.o\ta.a(a.o)\ta' first_line why 2
expect_output $'1\t1\ta.a' first_line stats 2
expect_output $'1\t0\tb.a' first_line stats 3
link main.o a.a b.a -o program --undefined-glob='_Z1b*' --why-extract=why
expect_match $'^--undefined-glob\tb.a\\(b.o\\)\tb\\(\\)$' cat why
link main.o a.a b.a -o program -e _Z1bv --why-extract=why
expect_match $'^--entry\tb.a\\(b.o\\)\tb\\(\\)$' cat why
