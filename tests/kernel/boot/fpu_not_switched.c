// The test fpu.c can fail: the same program with a runtime that forgets to switch the registers.
// with: ../extended_state_forgotten.cc
// boot: -M microvm -m 64M -cpu max -icount shift=0,sleep=off
// boot: -M microvm -m 64M -cpu Nehalem -icount shift=0,sleep=off
// exit: 131
// > avx {*}, VALUES LOST
#include "tests/kernel/fpu.inc"
