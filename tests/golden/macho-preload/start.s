# Without a loader and without an operating system: it knows where its own header and its data are.
.globl start
.p2align 2
start:
  adrp x0, __mh_preload_header@PAGE
  add x0, x0, __mh_preload_header@PAGEOFF
  adrp x1, _value@PAGE
  ldr x1, [x1, _value@PAGEOFF]
  b start
.data
.p2align 3
_value: .quad _room
.zerofill __DATA,__bss,_room,64,3
.subsections_via_symbols
