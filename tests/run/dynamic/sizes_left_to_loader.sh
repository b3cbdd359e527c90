#!/usr/bin/env bash
# The size of a variable that another module may define is the loader's to find out (R_X86_64_SIZE64, R_386_SIZE32),
# but in what it had better not write to.
# Only xld: others write to code, or refuse it, where a size is known.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  word=$([[ $machine == -m64 ]] && echo .quad || echo .long)
  small=$([[ $machine == -m64 ]] && echo foreign || echo own)
  compile library.c $machine -fPIC <<E2
int own[3], kept[5] __attribute__((visibility("hidden")));
extern int foreign[];
__asm__(".data\n.globl sizes\n.type sizes,@object\n.p2align 3\nsizes:\n"
        "$word own@SIZE\n$word foreign@SIZE\n$word kept@SIZE\n.long $small@SIZE+4\n.size sizes,.-sizes\n.text\n");
extern unsigned long sizes[];
unsigned long own_size(void) { return sizes[0]; }
unsigned long foreign_size(void) { return sizes[1]; }
unsigned long kept_size(void) { return sizes[2]; }
unsigned small_size(void) { return *(unsigned*)&sizes[3]; }
E2
  gcc_link $machine -shared library.o -o liblibrary.so
  expect_match 'SIZE.* foreign' readelf -rW liblibrary.so
  compile main.c $machine -fPIC <<'E2'
#include <stdio.h>
int own[4], foreign[6];
unsigned long own_size(void), foreign_size(void), kept_size(void);
unsigned small_size(void);
int main(void) { return printf("%lu %lu %lu %u\n", own_size(), foreign_size(), kept_size(), small_size()) < 0; }
E2
  gcc_link $machine main.o liblibrary.so -Wl,-rpath,. -o program
  expect_output "16 24 20 $([[ $machine == -m64 ]] && echo 28 || echo 20)" ./program
done

# Read-only: the library's size as it is now, or a relocation in code where that is allowed.
compile code.s <<'E2'
	.globl _start
_start:	mov $outside@SIZE, %edi
	mov $60, %eax
	syscall
	.section .note.GNU-stack,"",@progbits
E2
compile outside.c -fPIC <<<'int outside[4];'
gcc_link -shared -nostdlib outside.o -o outside.so
link -I /lib64/ld-linux-x86-64.so.2 -rpath . code.o outside.so -o program
expect_no_match 'SIZE' readelf -rW program
expect_status 16 ./program
NO_VERIFY=1 link -I /lib64/ld-linux-x86-64.so.2 -rpath . -z notext code.o outside.so -o program
expect_match 'R_X86_64_SIZE32 .* outside' readelf -rW program
expect_status 16 ./program
link -shared -z notext code.o -o x.so
expect_fail '_start.*|outside' -- -shared -z text code.o -o x
