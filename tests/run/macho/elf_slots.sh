#!/usr/bin/env bash
# Runtime slots of ELF objects in a Mach-O program: %fs becomes %gs, with the words that Darwin's threads have.
# Only xld: slots are its own.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

cat >main.c <<'EOF'
#include <xld/slots.h>
XLD_RUNTIME_SLOT(runtime_g, 0)
int main(void) {
  xld_store_slot(runtime_g, 1L);
  return (long)xld_load_slot(runtime_g);
}
EOF
run gcc -O1 -fPIC -fno-stack-protector "-I$here/../../../include" -c main.c -o main.o
run "$XLD" --target=darwin-amd64 main.o -o main
run "$XLD_VERIFY" main
expect_match 'mov.*, %gs:0x8a0' llvm-objdump-19 -d main
expect_match 'mov.*%gs:0x8a0, ' llvm-objdump-19 -d main
printf '.globl main\nmain: movq %%fs:_h, %%rax\n' >named.s
run as --64 named.s -o named.o
run "$XLD" --target=darwin-amd64 --elf-names=plain -e main --tls-slot=_h=1 named.o -o named
expect_match '%gs:0x8a8' llvm-objdump-19 -d named
