  .text
  .globl _main
_main:
  calll L_base
L_base:
  popl %eax
  movl L_common$non_lazy_ptr-L_base(%eax), %ecx
  movl _table-L_base(%eax), %edx
  movl _table+20, %edx
  calll _main
  jmp _after
_after:
  retl
  .data
  .p2align 2
_table:
  .long _main
  .long _table + 64
  .long _after - _main
_last:
  .long _last - _table + 3
  .comm _common, 4, 2
  .section __IMPORT,__pointers,non_lazy_symbol_pointers
L_common$non_lazy_ptr:
  .indirect_symbol _common
  .long 0
.subsections_via_symbols
