#!/usr/bin/env bash
# --build-id: sizes by kind, the same bytes for the same input, others for other input, a literal, none.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start; _start: nop; .data; .byte 1' | as -o a.o
echo '.globl _start; _start: nop; .data; .byte 2' | as -o b.o
build_id() { readelf -nW "$1" | sed -n 's/.*Build ID: //p'; }
for kind in sha1:40 md5:32 sha256:64 uuid:32 0x0123456789abcdef:16; do
  link --build-id=${kind%:*} a.o -o program
  id=$(build_id program)
  expect_equal ${#id} ${kind#*:}
  link --build-id=${kind%:*} a.o -o again
  link --build-id=${kind%:*} b.o -o other
  case $kind in
    uuid*) expect_different "$(build_id again)" "$id" ;;
    0x*) expect_equal "$(build_id again)" 0123456789abcdef ;;
    *) expect_equal "$(build_id again)" "$id" && expect_different "$(build_id other)" "$id" ;;
  esac
done
link --build-id --build-id=none a.o -o program
expect_equal "$(build_id program)" ''
link --build-id a.o -o program
expect_different "$(build_id program)" ''
expect_fail 'build-id' -- --build-id=0xxyz a.o -o program
