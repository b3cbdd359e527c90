#!/usr/bin/env bash
# Long options with one and two dashes, values joined by = or separate; -o forms; short options joined.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start, other
_start:	mov	$60, %eax
	xor	%edi, %edi
	syscall
other:	mov	$60, %eax
	mov	$2, %edi
	syscall
EOF
for options in '-gc-sections' '--gc-sections' '-entry=other' '--entry=other' '-entry other' '--entry other' '-eother' \
  '-e other' '-build-id=md5' '--build-id=md5' '-z relro' '-zrelro' '-zmax-page-size=0x2000' \
  '-static' '-Bstatic' '--static' '-m elf_x86_64' '-melf_x86_64' '-no-gc-sections' '-L.' '-L .' '-O1' '-O2'; do
  link $options a.o -o program
  [[ $options == *other ]] && expect_status 2 ./program || expect_status 0 ./program
done
for options in '-o x1' '-ox2' '--output=x3' '--output x4' '-output=x5'; do
  [[ $options != -output* ]] || continue # reads as -o with the value utput=x5
  run "$XLD" a.o $options
  expect_status 0 "./x${options##*x}"
done
run "$XLD" a.o
expect_status 0 ./a.out
