# A function that calls itself through its stub, another module's function, and variables of both.
.globl exported, imported_user, variable, weak_name
.type exported, @function
.type variable, @object
.size variable, 4
.weak weak_name, weak_import
.text
exported:
  call exported@PLT
  call imported@PLT
  mov imported_variable@GOTPCREL(%rip), %rax
  mov variable@GOTPCREL(%rip), %rcx
  mov weak_import@GOTPCREL(%rip), %rdx
weak_name:
imported_user:
  data16 lea thread@tlsgd(%rip), %rdi
  .value 0x6666
  rex64
  call __tls_get_addr@PLT
  ret
.data
.balign 8
variable: .long 1
.balign 8
  .quad variable, imported, local
local: .long 2
.section .tbss,"awT",@nobits
.globl thread
.type thread, @object
.size thread, 4
thread: .zero 4
.section .note.GNU-stack,"",@progbits
