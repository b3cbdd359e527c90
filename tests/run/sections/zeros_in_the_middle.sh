#!/usr/bin/env bash
# Many zeros between contents of one section: the file has a hole there, and what follows is in its place.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.include "exit.inc"
	.globl	_start
_start:	cmpl	$42, after
	exit_unless_equal 1
	cmpl	$0, zeros+0x2000000
	exit_unless_equal 2
	exit	$0
	.section mixed,"aw"
	.long	1
EOF
compile b.s <<'EOF'
	.globl	zeros
	.section mixed,"aw",@nobits
zeros:	.zero	0x4000000
EOF
compile c.s <<'EOF'
	.globl	after
	.section mixed,"aw"
after:	.long	42
EOF
link a.o b.o c.o -o program
expect_status 0 ./program
(($(stat -c %s program) > 0x4000000)) || fail 'the zeros are not part of the file'
(($(stat -c %b program) * 512 < 1000000)) || fail 'the zeros take place on the disk'
