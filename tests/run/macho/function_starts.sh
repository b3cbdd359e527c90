#!/usr/bin/env bash
# LC_FUNCTION_STARTS of a file that is not cut at its symbols: those of its unwind records begin no functions.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

cat >in.s <<'END'
.globl _main, _other
_main: ret
_other: ret
.section __TEXT,__eh_frame,coalesced,no_toc+strip_static_syms+live_support
EH_frame0:
.set size, cie_end - cie
.long size
cie: .long 0
.byte 1
.asciz "zR"
.byte 1, 0x78, 0x10, 1, 0x10, 0x0c, 7, 8, 0x90, 1
.p2align 3
cie_end:
END
run llvm-mc-19 -filetype=obj -triple x86_64-apple-macos11 in.s -o in.o
run "$scratch/bin/ld64.xld" -arch x86_64 -platform_version macos 12.0 12.0 in.o -o out
run "$XLD_VERIFY" out
starts=$(llvm-objdump-19 --macho --function-starts out | grep -E '^[0-9a-f]+$' | xargs)
expect_equal "$starts" "$(llvm-nm-19 out | awk '/ T _(main|other)$/ { print $1 }' | sort | xargs)"
