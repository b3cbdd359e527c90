#!/usr/bin/env bash
# .text.x, .data.x, .rodata.x, .bss.x … of the inputs end in .text, .data, .rodata, .bss; other names stay.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
	.section .text.hot.f,"ax"
_start:	ret
	.section .text.unlikely.g,"ax"
	nop
	.section .data.x,"aw"
	.byte	1
	.section .rodata.y,"a"
	.byte	2
	.section .bss.z,"aw",@nobits
	.zero	3
	.section .data.rel.ro.w,"aw"
	.quad	_start
	.section .tdata.t,"awT"
	.byte	4
	.section .tbss.t,"awT",@nobits
	.zero	4
	.section .custom.name,"aw"
	.byte	5
EOF
link a.o -o program
for name in .text .data .rodata .bss .data.rel.ro .tdata .tbss .custom.name; do
  has_section program $name || fail "no $name"
done
for name in .text.hot.f .data.x .rodata.y .bss.z .tdata.t; do expect_no_section program $name; done
