#!/usr/bin/env bash
# -e names a symbol or a number; without it _start; a missing entry is a warning or error that says so.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, other
_start:	mov	$60, %eax
	mov	$1, %edi
	syscall
other:	mov	$60, %eax
	mov	$2, %edi
	syscall
EOF
link a.o -o program
expect_status 1 ./program
for option in '-e other' '-eother' '--entry=other' '--entry other' '-entry=other'; do
  link $option a.o -o program
  expect_status 2 ./program
done
link --entry="$(symbol program other)" a.o -o program
expect_status 2 ./program
expect_match 'no_such_entry' bash -c "'$XLD' -e no_such_entry a.o -o program 2>&1 || true"
