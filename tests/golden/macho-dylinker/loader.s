# The kernel starts it: it moves itself, so its pointers are listed.
.globl __dyld_start
.p2align 2
__dyld_start:
  adrp x0, _pointer@PAGE
  ldr x0, [x0, _pointer@PAGEOFF]
  br x0
.data
.p2align 3
_pointer: .quad __dyld_start
.subsections_via_symbols
