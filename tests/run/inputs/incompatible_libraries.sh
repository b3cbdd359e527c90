#!/usr/bin/env bash
# -l passes over libraries for another CPU, says so, and goes on searching: objects, archives, libraries and scripts.
source "$(dirname "$0")/../lib.sh"

mkdir wrong right
for machine in -m32 -m64; do
  directory=$([[ $machine == -m32 ]] && echo wrong || echo right)
  compile one.c $machine -fPIC <<<'int one(void) { return 1; }'
  compile two.c $machine -fPIC <<<'int two(void) { return 2; }'
  gcc -shared $machine one.o -o $directory/libone.so
  ar rcs $directory/libtwo.a two.o
done
echo 'OUTPUT_FORMAT(elf32-i386) INPUT(nonsense)' >wrong/libthree.so
echo 'OUTPUT_FORMAT(elf64-x86-64) INPUT(libtwo.a)' >right/libthree.so
compile main.c <<<'int one(void), two(void); int main(void) { return one() + two(); }'
gcc_link main.o -Lwrong -Lright -lone -ltwo -Wl,-rpath,right -o program 2>messages
expect_status 3 ./program
expect_match 'skipping incompatible wrong/libone.so when searching for -lone' cat messages
expect_match 'skipping incompatible wrong/libtwo.a when searching for -ltwo' cat messages
gcc_link main.o -Lwrong -Lright -lone -lthree -Wl,-rpath,right -o program 2>messages
expect_status 3 ./program
expect_match 'skipping incompatible wrong/libthree.so when searching for -lthree' cat messages
echo 'INPUT(libtwo.a)' >script
gcc_link main.o script -Lwrong -Lright -lone -Wl,-rpath,right -o program 2>messages
expect_match 'skipping incompatible wrong/libtwo.a when searching for libtwo.a' cat messages
expect_fail 'skipping incompatible wrong/libone.so' '(cannot find|library not found for).*-lone' -- main.o -Lwrong -lone -o x
