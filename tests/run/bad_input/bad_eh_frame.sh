#!/usr/bin/env bash
# A damaged .eh_frame is an error that names file, section and offset, or is passed through; never a crash.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start; _start: .cfi_startproc; ret; .cfi_endproc' | as -o a.o
link --eh-frame-hdr a.o -o program
for bytes in '.long 0x10000; .long 0' '.long 4; .long 8' '.long 0xffffffff' '.long 3; .byte 1,2,3' '.byte 1' \
  '.long 12; .long 0; .long 0x00527a01; .long 0' '.long 8; .long 4; .long 0'; do
  echo ".globl _start; _start: ret; .section .eh_frame,\"a\",@unwind; $bytes" | as -o a.o
  status=0
  timeout 10 "$XLD" --eh-frame-hdr --gc-sections a.o -o program >messages 2>&1 || status=$?
  ((status <= 1)) || fail "status $status for $bytes"
  ((status == 0)) || grep -q 'eh_frame' messages || fail "no section name: $(<messages)"
done
