#!/usr/bin/env bash
# Duplicates name both places; a field that is too small names its range, the target and the line.
# Only xld: other linkers word it differently.
source "$(dirname "$0")/../lib.sh"

compile a.c -g <<'EOF'
int twice(void) { return 1; }
void _start(void) {}
EOF
compile b.c -g <<'EOF'

int twice(void) { return 2; }
EOF
expect_fail 'duplicate symbol: twice' 'defined at a\.c:1' 'a\.o:\(\.text\+0x' 'defined at b\.c:2' 'b\.o:\(\.text\+0x' -- \
  a.o b.o -o program
compile c.s -g <<'EOF'
	.globl	_start
_start:	mov	$far, %eax
EOF
expect_fail 'c\.o:\(\.text\+0x1\): relocation R_X86_64_32 out of range' \
  "4294967296 is not in \[0, 4294967295\]; references 'far'" 'referenced by c\.s:2' 'defined on the command line' -- \
  c.o --defsym=far=0x100000000 -o program
expect_fail 'R_X86_64_32 cannot be used against symbol' 'recompile with -fPIC' -- -pie --no-dynamic-linker c.o a.o \
  --defsym=far=twice --allow-multiple-definition -o program
