#!/usr/bin/env bash
# --oformat=binary: the loaded bytes from the first to the last address, without headers, the gap filled with zeros.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	.ascii	"TEXT"
	.long	value
	.data
value:	.ascii	"DATA"
	.bss
	.zero	100
EOF
for option in --oformat=binary '--oformat binary' -oformat=binary; do
  [[ $option != -oformat* ]] || continue # GNU ld reads this one as -o format=binary
  link -Ttext=0x1000 -Tdata=0x1010 $option a.o -o image
  expect_equal "$(od -An -tx1 -v -w64 image)" ' 54 45 58 54 10 10 00 00 00 00 00 00 00 00 00 00 44 41 54 41'
done
