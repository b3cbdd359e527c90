#!/usr/bin/env bash
# A full disk: an error, no partial output, and an older output untouched. A small tmpfs needs root; /dev/full does not.
source "$(dirname "$0")/../lib.sh"

compile a.s <<<'	.globl _start
_start:	ret
	.data
	.zero	1000000'
compile small.s <<<'	.globl _start
_start:	mov $60, %eax
	xor %edi, %edi
	syscall'
if ((UID == 0)) && mkdir disk && mount -t tmpfs -o size=128k none disk 2>/dev/null; then
  trap 'umount -l disk || true; finish_test' EXIT
  fail_once a.o -o disk/program
  [[ ! -e disk/program ]] || fail 'a partial output'
  link small.o -o disk/program
  fail_once a.o -o disk/program
  [[ -n ${XLD_TEST_LENIENT:-} ]] || expect_status 0 disk/program
  [[ -n ${XLD_TEST_LENIENT:-} || $(ls -A disk) == program ]] || fail "left: $(ls -A disk)"
else
  fail_once a.o -o /dev/full
fi
