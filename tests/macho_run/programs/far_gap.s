; Code as large as half of what a branch reaches, and then some.
.text
.p2align 2
_gap:
  nop
  .space 0x4800000
.subsections_via_symbols
