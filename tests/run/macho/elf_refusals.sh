#!/usr/bin/env bash
# What ELF objects ask for and Mach-O does not have: an error that names section, offset and the compiler's option.
# Only xld: no other linker makes Mach-O of ELF objects.
source "$(dirname "$0")/../lib.sh"

refused() { # refused SOURCE PATTERN…
  printf '%s\n' ".globl main, x" "$1" >case.s
  run as --64 case.s -o case.o
  expect_fail "case\.o: " "${@:2}" -- --target=darwin-amd64 case.o -o case
}
refused 'main: ret; .data; .quad x@tpoff; .section .tdata,"awT"; x: .long 1' \
  'section \.data: offset 0x0: R_X86_64_TPOFF64 against x: .*-ftls-model=global-dynamic'
refused 'main: movq %rsp, %fs:x@tpoff; .section .tdata,"awT"; x: .quad 1' 'TPOFF32 .*-ftls-model=global-dynamic'
refused 'main: pushq $x@tpoff; .section .tdata,"awT"; x: .quad 1' 'TPOFF32 .*-ftls-model=global-dynamic'
refused 'main: incl %fs:x@tpoff; movq %fs:0x28, %rax; .section .tdata,"awT"; x: .long 1' \
  'section \.text: offset 0x8: the code .*-fno-stack-protector'
refused 'main: incl %fs:x@tpoff; lock orq $1, %fs:0; .section .tdata,"awT"; x: .long 1' 'offset 0x8: .*thread pointer'
refused 'main: leaq x@tlsgd(%rip), %rax; .section .tdata,"awT"; x: .long 1' 'TLSGD against x: the instructions around'
refused 'main: movl $x, %eax; .data; x: .long 1' 'R_X86_64_32 against x: .*-fPIC'
refused 'main: movl x, %eax; .data; x: .long 1' 'R_X86_64_32S against x: .*-fPIC'
refused 'main: leaq _GLOBAL_OFFSET_TABLE_(%rip), %rax; .data; x: .long 1' 'GOTPC32 .*-mcmodel=small'
refused 'main: call __stack_chk_fail; x: .byte 6, 0x28, 0, 0, 0' 'offset 0x5: .*cannot be decoded.*-fno-stack-protector'
refused 'main: call __stack_chk_fail; x: movq %rsp, %fs:0x28' 'offset 0xa: .*guard.*-mstack-protector-guard=global'
refused 'main: ret; .type x, @gnu_indirect_function; x: ret' 'symbol x: .*IFUNC'
refused 'main: ret; .section .ctors,"aw"; x: .quad main, -1' 'section \.ctors: .*constructor'
refused 'main: ret; .data; .balign 65536; x: .long 1' 'section \.data: alignment 0x10000 is larger'
refused '.cfi_startproc; .cfi_personality 3, x; main: ret; .cfi_endproc; .data; x: .long 1' 'unwind information .*-fPIC'

refused 'main: movq %fs:0x10, %rax; ret' 'section \.text: offset 0x5: the code uses %fs:0x10, .*--tls-slot'
refused 'main: nop; cmpb $0, %fs:0x1c; movabs %fs:0, %rax' 'offset 0x5: .*%fs:0x1c' 'offset 0xd: .*%fs:0x0'
# Where no system makes the threads they are the program's own.
run "$XLD" --target=darwin-amd64 -static -e _main case.o -o case
# Bytes that look like one, words of Darwin's own, and what a name stands for.
printf '%s\n' '.globl main' 'main: movl $0x25048b64, %eax; movq %gs:0x30, %rax; ret' >fine.s
run as --64 fine.s -o fine.o
run "$XLD" --target=darwin-amd64 fine.o -o fine
printf '%s\n' '.globl main' 'main: movl %gs:0x468, %eax; ret' >fine.s
run as --32 fine.s -o fine.o
run "$XLD" --target=darwin-386 fine.o -o fine

# i386: absolute pointers of what throws; compilers for Darwin write distances.
printf '%s\n' '.globl main' 'main: .cfi_startproc; .cfi_personality 0, x; ret; .cfi_endproc' 'x: ret' >throws.s
run as --32 throws.s -o throws.o
expect_fail 'throws\.o: section \.eh_frame: .*-fPIC' -- --target=darwin-386 throws.o -o throws
# Distances to what another file defines, and sequences that no compiler makes.
printf '%s\n' '.globl main' 'main: movl far@GOTOFF(%ebx), %eax; leal x@tlsgd(%ebx), %ecx' >distances.s
run as --32 distances.s -o distances.o
expect_fail 'offset 0x2: R_386_GOTOFF against far: .*-fno-pic' 'offset 0x8: R_386_TLS_GD against x: the instructions' -- \
  --target=darwin-386 distances.o -o distances
# In data, bytes in front of a field that look like a lea are none.
printf '%s\n' '.globl main' 'main: ret' '.data' '.byte 0x8d, 0x80' '.long far@GOTOFF' >data.s
run as --32 data.s -o data.o
expect_fail 'section \.data: offset 0x2: R_386_GOTOFF against far' -- --target=darwin-386 data.o -o data
# A member of an archive that nobody needs may be what it likes.
printf '.globl main\nmain: ret\n' >main.s
run as --64 main.s -o main.o
rm -f unused.a && run ar rcs unused.a case.o
run "$XLD" --target=darwin-amd64 main.o unused.a -o main
# Damaged objects.
head -c 300 main.o >short.o
expect_fail 'short\.o: .*section headers' -- --target=darwin-amd64 short.o -o short
# Names are as they are if one asks for that.
printf '.globl _main\n_main: ret\n' >plain.s
run as --64 plain.s -o plain.o
run "$XLD" --target=darwin-amd64 --elf-names=plain plain.o -o plain
expect_match ' T _main' llvm-nm-19 plain
# A variable of a library, reached as -fPIE code does: Mach-O programs have no copies of it.
printf '%s\n' '--- !tapi-tbd' 'tbd-version: 4' 'targets: [ x86_64-macos ]' 'install-name: /usr/lib/libx.dylib' \
  'exports: [ { targets: [ x86_64-macos ], symbols: [ _imported ] } ]' '...' >libx.tbd
printf '.globl main\nmain: movl imported(%%rip), %%eax\n' >copy.s
run as --64 copy.s -o copy.o
expect_fail "copy\.o:.* cannot be used against symbol 'imported'; recompile with -fPIC$" -- \
  --target=darwin-amd64 copy.o libx.tbd -o copy
XLD=$scratch/bin/ld64.xld expect_fail "copy\.o:.* cannot be used against symbol '_imported'; recompile with -fPIC$" -- \
  --target=darwin-amd64 -undefined dynamic_lookup copy.o -o copy
