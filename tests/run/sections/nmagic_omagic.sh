#!/usr/bin/env bash
# -n does not align segments to pages; -N puts everything in one writable, executable segment. Both run.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	incl	counter(%rip)
	mov	counter(%rip), %edi
	mov	$60, %eax
	syscall
	.data
counter: .long	6
EOF
for option in -N --omagic; do
  NO_VERIFY=1 link $option a.o -o program
  expect_status 7 ./program
  expect_equal "$(segment program LOAD flags)" RWE
done
for option in -n --nmagic; do
  NO_VERIFY=1 link $option a.o -o program
  (($(segment program LOAD align) < 4096)) || fail 'aligned to pages'
done
