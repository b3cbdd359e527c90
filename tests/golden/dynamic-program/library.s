.globl function, taken, variable, alias
.type function, @function
.type taken, @function
.type variable, @object
.type alias, @object
.size variable, 8
.size alias, 8
.text
function: ret
taken: ret
.data
.balign 16
variable:
alias: .quad 5
.section .note.GNU-stack,"",@progbits
