#!/usr/bin/env bash
# A long list of imports: functions and pointers of several libraries, which are made only when the program is there.
# Every name finds its own thing; with garbage collection, only the libraries that are still used are named.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

count=2000
python3 - $count <<'SOURCE'
import sys
count, libraries = int(sys.argv[1]), 7
numbers = range(count)
with open("main.text", "w") as main:
    main.write(".globl main\nmain: push %rbx\n xor %ebx, %ebx\n")
    main.writelines(f" call f{i}\n imul $31, %ebx, %ebx\n add %eax, %ebx\n mov p{i}(%rip), %rcx\n add (%rcx), %ebx\n"
                    for i in numbers)
    main.write(" mov %ebx, %eax\n pop %rbx\n ret\n.section .text.unused, \"ax\"\n call unused\n")
    main.write('.section .note.GNU-stack, "", @progbits\n')
with open("list", "w") as options:
    options.writelines(f"--dynimport=f{i}=r{i}@V{i % 3},lib{i % libraries}.so\n--dynimport=p{i}=d{i},lib{i % libraries}.so\n"
                       for i in reversed(numbers))
    options.write("--dynimport=unused,libunused.so\n")
for k in range(libraries):
    own = [i for i in numbers if i % libraries == k]
    with open(f"lib{k}.text", "w") as library, open(f"lib{k}.map", "w") as versions:
        for i in own:
            library.write(f".globl r{i}, d{i}\n.type r{i}, @function\n.type d{i}, @object\n.size d{i}, 4\n"
                          f"r{i}: mov ${i * 7 + 1}, %eax\n ret\n.data\nd{i}: .long {i * 13}\n.text\n")
        library.write('.section .note.GNU-stack, "", @progbits\n')
        for v in range(3):
            versions.write(f"V{v} {{ global: " + "".join(f"r{i}; " for i in own if i % 3 == v) + "};\n")
total = 0
for i in numbers:
    total = (total * 31 + i * 7 + 1 + i * 13) % 2**32
with open("expected", "w") as expected:
    expected.write(str(total))
SOURCE
compile main.s <main.text
compile show.c -fPIE <<<'#include <stdio.h>
unsigned total(void);
int main(void) { printf("%u\n", total()); }'
objcopy --redefine-sym main=total main.o
gcc_link -pie -Wl,--gc-sections show.o main.o -o program -Wl,@list
gcc_link -no-pie -Wl,-z,now,--gc-sections show.o main.o -o fixed -Wl,@list
for k in {0..6}; do
  compile lib$k.s <lib$k.text
  link -shared -soname lib$k.so --version-script lib$k.map lib$k.o -o lib$k.so
done
for program in program fixed; do
  LD_LIBRARY_PATH=$PWD expect_output "$(<expected)" ./$program
  expect_equal "$(readelf -dW $program | grep -c 'NEEDED.*lib[0-9].so')" 7
  expect_no_match libunused readelf -dW $program
done
