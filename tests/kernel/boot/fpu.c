// x87, SSE and AVX registers belong to their thread: with XSAVE, and with FXSAVE where there is none.
// boot: -M microvm -m 64M -cpu max -icount shift=0,sleep=off
// boot: -M pc -m 64M -cpu max -icount shift=0,sleep=off
// > avx yes, all values kept
// boot: -M microvm -m 64M -cpu Nehalem -icount shift=0,sleep=off
// > avx no, all values kept
#include "tests/kernel/fpu.inc"
