.globl _from_macho
_from_macho:
  leaq _hidden_one(%rip), %rax
  retq
.globl _weak_one
.weak_definition _weak_one
_weak_one:
  nop
  retq
.subsections_via_symbols
