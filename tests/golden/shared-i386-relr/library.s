.globl exported
.type exported, @function
exported:
  call imported@PLT
  mov variable@GOT(%ebx), %eax
  lea local@GOTOFF(%ebx), %ecx
  ret
.data
.balign 4
local: .long local, local, local, exported
.hidden variable
variable: .long 3
.section .note.GNU-stack,"",@progbits
