#!/usr/bin/env bash
# What the loader is told is what GNU ld tells it when the library is there: needed libraries, symbols with their
# versions and types, version needs, the relocations of stubs.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

# Blocks of llvm-readobj as one line each, without numbers that layout decides.
facts() {
  llvm-readobj-19 --needed-libs --dyn-syms "$1" |
    awk '/Name:|Binding:|Type:|Section:/ { $1 = $1; line = line " " $0 } /^  }/ { print line; line = "" }
         /\.so/ { print }' | sed 's/ ([0-9]*)//; s/(0x[0-9A-F]*)//g' | sort
  readelf -VW "$1" | sed -n 's/.*\(File: [^ ]*\).*/\1/p; s/.*\(Name: [^ ]*\) *Flags: \([^ ]*\).*/\1 \2/p' | sort
  readelf -rW "$1" | awk '/JUMP_SLOT|JUMP_SLO|GLOB_DAT/ { print $3, $5 }' | sort
}

for bits in 64 32; do
  emulation=$([[ $bits == 64 ]] && echo elf_x86_64 || echo elf_i386)
  base=$([[ $bits == 64 ]] && echo 2.2.5 || echo 2.0)
  compile main.c -m$bits -O1 -fno-pie -fno-builtin <<'SOURCE'
extern int printf(const char *, ...), puts(const char *);
extern void exit(int);
extern double pow(double, double);
void _start(void) { exit(printf("%f", pow(2, 3)) + puts("x")); }
SOURCE
  libc=$(gcc -m$bits -print-file-name=libc.so.6) libm=$(gcc -m$bits -print-file-name=libm.so.6)
  ld.bfd -m $emulation --hash-style=gnu main.o "$libc" "$libm" -o real
  link -m $emulation --hash-style=gnu main.o -o imported --dynimport=printf@GLIBC_$base,libc.so.6 \
    --dynimport=puts@GLIBC_$base,libc.so.6 --dynimport=exit@GLIBC_$base,libc.so.6 --dynimport=pow@GLIBC_2.29,libm.so.6
  expect_equal "$(facts imported)" "$(facts real)"
  expect_match 'pow@GLIBC_2.29' cat <(facts imported)
done
