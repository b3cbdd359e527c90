#!/usr/bin/env bash
# A reference is wrapped once: also if --wrap names a symbol twice, and if the wrapper is wrapped itself.
source "$(dirname "$0")/../lib.sh"

compile wrap.s <<<'	.globl __wrap_f, __wrap___wrap_f
__wrap_f: ret
__wrap___wrap_f: ret'
compile f.s <<<'	.globl f
f:	ret'
compile use.s <<<'	.globl _start
_start:	mov $f, %eax
	mov $__real_f, %ebx
	mov $__wrap_f, %ecx
	ret'
# Prints the names of what the three instructions load.
loaded() {
  local name
  for name in f __wrap_f __wrap___wrap_f; do echo "s/.*$(printf '$0x%x,' "$(symbol program $name)") .*/$name/"; done >names.sed
  disassemble program _start | sed -nf names.sed -e '/^f$/p;/^__wrap/p' | tr '\n' ' '
}
link --wrap f --wrap=f use.o f.o wrap.o -o program
expect_output '__wrap_f f __wrap_f ' loaded
link --wrap f --wrap=__wrap_f use.o f.o wrap.o -o program
expect_output '__wrap_f f __wrap___wrap_f ' loaded
