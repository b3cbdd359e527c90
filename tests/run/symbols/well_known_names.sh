#!/usr/bin/env bash
# The names that linkers provide, against the section headers; a program's own definition of one of them wins.
source "$(dirname "$0")/../lib.sh"

compile a.c -O1 -fno-pie -fno-asynchronous-unwind-tables <<'EOF'
extern char _end[], end[], _etext[], etext[], _edata[], edata[], __bss_start[], __ehdr_start[], __executable_start[];
extern char __init_array_start[], __init_array_end[], __fini_array_start[], __preinit_array_start[];
extern char __rela_iplt_start[], __rela_iplt_end[];
int data = 1, bss;
void *const all[] = {_end, end, _etext, etext, _edata, edata, __bss_start, __ehdr_start, __executable_start,
  __init_array_start, __init_array_end, __fini_array_start, __preinit_array_start, __rela_iplt_start, __rela_iplt_end};
__attribute__((constructor)) static void construct(void) { bss = 1; }
void _start(void) { data++; }
EOF
link a.o -o program
section_end() { echo $(($(section program "$1" address) + $(section program "$1" size))); }
for name in _end end; do expect_equal $(($(symbol program $name))) "$(section_end .bss)"; done
for name in _etext etext; do expect_equal $(($(symbol program $name))) "$(section_end .text)"; done
for name in _edata edata; do expect_equal $(($(symbol program $name))) "$(section_end .data)"; done
expect_equal $(($(symbol program __bss_start))) "$(section program .bss address)"
expect_equal $(($(symbol program __ehdr_start))) $(($(segment program LOAD address)))
expect_equal $(($(symbol program __executable_start))) $(($(segment program LOAD address)))
expect_equal $(($(symbol program __init_array_start))) "$(section program .init_array address)"
expect_equal $(($(symbol program __init_array_end))) "$(section_end .init_array)"
expect_equal "$(symbol program __rela_iplt_start)" "$(symbol program __rela_iplt_end)"
