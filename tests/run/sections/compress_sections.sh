#!/usr/bin/env bash
# --compress-sections: any section that is not loaded; the last pattern that matches counts.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'E'
.globl _start
_start: ret
.section notes0,""
.fill 5000, 1, 0x41
.section notes1,""
.fill 5000, 1, 0x42
.section .debug_info,""
.fill 5000, 1, 0x43
E
is_compressed() { readelf -tW "$1" | grep -A3 "\] $2\$" | grep -q COMPRESSED; }
link a.o --compress-sections='notes*=zlib:9' --compress-sections=notes1=none --compress-sections=.debug_info=zstd -o program
is_compressed program notes0
! is_compressed program notes1 || fail 'notes1 is compressed'
expect_match 'ZSTD' readelf -tW program
llvm-objcopy-19 --decompress-debug-sections program plain
llvm-objcopy-19 --dump-section .debug_info=info plain
expect_equal "$(tr -d C <info | wc -c),$(wc -c <info)" 0,5000
link a.o --compress-sections=.debug_info=none --compress-debug-sections=zlib -o program
! is_compressed program .debug_info || fail '.debug_info is compressed'
link -r a.o --compress-sections=notes0=zlib -o again.o
is_compressed again.o notes0
expect_fail "section '.text' with the SHF_ALLOC flag cannot be compressed" -- a.o --compress-sections='.te*=zlib' -o program
expect_fail 'lzma' -- a.o --compress-sections='.te*=lzma' -o program
expect_fail 'compress-sections' -- a.o --compress-sections=zlib -o program
