#!/usr/bin/env bash
# --image=flat, hex and srec hold the same bytes; a loader of texts can start them.
source "$(dirname "$0")/../qemu.sh"

build_kernel k
for kind in flat hex srec; do link_kernel k.$kind --image=$kind k-start.o k-main.o; done
run objcopy -I ihex -O binary k.hex from-hex
run objcopy -I srec -O binary k.srec from-srec
run cmp k.flat from-hex
run cmp k.flat from-srec
# Addresses of load memory, across a boundary of 64 KiB, and the entry at the end.
expect_match '^:020000040010EA' cat k.hex
link_kernel high.srec --image=srec --load-address=0x123000 k-start.o k-main.o
expect_match '^S32500123000' cat high.srec
expect_match '^S7050012' tail -n 1 high.srec
link_kernel high.hex --image=hex --load-address=0x123000 k-start.o k-main.o
run objcopy -I ihex -O binary high.hex a
run objcopy -I srec -O binary high.srec b
run cmp a b
# What is made from finished bytes goes to pipes and devices as well, but not where nothing can be read back.
for kind in hex srec bzimage efi; do
  link_kernel whole --image=$kind k-start.o k-main.o
  run "$XLD" --target=none-amd64 --nostdrt --image=$kind k-start.o k-main.o -o - | cat >piped
  run cmp piped whole
  fail_once --target=none-amd64 --nostdrt --image=$kind k-start.o k-main.o -o /dev/null
  grep -q 'cannot read back what was written to /dev/null' "$scratch/messages" || fail "$(<"$scratch/messages")"
done
