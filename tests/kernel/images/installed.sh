#!/usr/bin/env bash
# What `cmake --install` lays out is complete and can be moved: xld finds the runtime beside itself, whatever name it is
# called by; compilers find <xld/xrt.h>, and <ld/xld.h> with all it includes.
source "$(dirname "$0")/../qemu.sh"

run cmake --install "$(dirname "$(realpath "$XLD")")" --prefix "$PWD/prefix" >/dev/null
mv prefix moved
mkdir names && ln -s ../moved/bin/xld names/linker
cat >hello.c <<'EOS'
#include <xld/xrt.h>
int main(void) { return xrt_printf("hello from %s\n", xrt_command_line()) < 0; }
EOS
run gcc -O2 -ffreestanding -fno-pic -Imoved/include -c hello.c
for linker in moved/bin/xld moved/bin/ld.xld moved/libexec/xld/ld names/linker; do
  run env -i "$linker" --target=none-amd64 --image=elf --gc-sections -o hello.img hello.o
  expect_boot "hello from $linker" microvm -kernel hello.img -append $linker
done
# From a folder without the runtime, and without a build around it: what is missing, and where it was looked for.
mkdir bare && cp moved/bin/xld bare
run_status=0
env -i bare/xld --target=none-amd64 --image=elf -o x hello.o >messages 2>&1 || run_status=$?
expect_equal "$run_status" 1
expect_match 'library not found for -lxrt' cat messages
run g++ -std=c++20 -fsyntax-only -Imoved/include/xld "$lib_directory/../../examples/embed.cc"
