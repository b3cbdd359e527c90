#!/usr/bin/env bash
# An undefined symbol: its demangled name, who refers to it (object, section and offset or function), the source line.
source "$(dirname "$0")/../lib.sh"

compile a.cc -g -O0 <<'EOF'
namespace space { int missing(long); }
int caller() {
  return space::missing(1);
}
EOF
compile b.s <<<'	.globl _start
_start:	nop
	call _ZN5space7missingEl'
expect_fail 'undefined' 'space::missing\(long\)' 'a\.cc:3' 'b\.o' '\.text\+0x' -- a.o b.o -o program
