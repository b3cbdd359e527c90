#!/usr/bin/env bash
# -z indirect-extern-access, and objects that claim it: no library's variable is copied. What a library binds to itself is
# neither copied nor given another address in any case.
source "$(dirname "$0")/../lib.sh"

note='
	.section .note.gnu.property,"a"
	.p2align 3
	.long 4, 16, 5
	.asciz "GNU"
	.long 0xb0008000, 4, 1, 0'
compile library.s <<'E2'
	.globl variable, kept, kept_function
	.protected kept, kept_function
	.type variable, @object
	.size variable, 4
	.type kept, @object
	.size kept, 4
	.type kept_function, @function
	.data
variable: .long 7
kept:	.long 8
	.text
kept_function: ret
	.section .note.GNU-stack,"",@progbits
E2
link -shared library.o -o library.so
user() {
  compile "$1.s" <<E2
	.globl _start
_start:	$2
	mov \$60, %eax
	syscall
	.section .note.GNU-stack,"",@progbits
${3-}
E2
}
user plain 'mov variable(%rip), %edi'
user claiming 'mov variable(%rip), %edi' "$note"
user slot 'mov variable@GOTPCREL(%rip), %rdi; mov (%rdi), %edi' "$note"
user kept 'mov kept(%rip), %edi'
user kept_function 'mov $kept_function, %rdi'
loader=(-I /lib64/ld-linux-x86-64.so.2 -rpath .)
marked='1_needed: indirect external access'

link "${loader[@]}" plain.o library.so -o program
expect_status 7 ./program
expect_match 'R_X86_64_COPY' readelf -rW program
expect_no_match "$marked" readelf -nW program
expect_fail 'plain.o' 'variable' -- \
  "${loader[@]}" -z indirect-extern-access -z text plain.o library.so -o x
expect_fail 'claiming.o' 'variable' -- \
  "${loader[@]}" -z text claiming.o library.so -o x
link "${loader[@]}" -z noindirect-extern-access claiming.o library.so -o program
expect_status 7 ./program
expect_no_match "$marked" readelf -nW program

for option in '' '-z indirect-extern-access'; do
  link "${loader[@]}" $option slot.o library.so -o program
  expect_status 7 ./program
  expect_match "$marked" readelf -nW program
done
link -shared -z indirect-extern-access library.o -o marked.so
expect_match "$marked" readelf -nW marked.so

expect_fail 'kept' 'library.so' -- "${loader[@]}" kept.o library.so -o x
expect_fail 'kept_function' 'library.so' -- "${loader[@]}" kept_function.o library.so -o x
# Unless nobody compares addresses, or writes to both copies.
link "${loader[@]}" --ignore-data-address-equality kept.o library.so -o program
expect_status 8 ./program
expect_match 'R_X86_64_COPY.* kept' readelf -rW program
link "${loader[@]}" --ignore-function-address-equality kept_function.o library.so -o program
expect_match 'R_X86_64_JUMP_SLO.* [0-9a-f]*[1-9a-f][0-9a-f]* kept_function' readelf -rW program
