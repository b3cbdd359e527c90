#!/usr/bin/env bash
# One object, every system: the ELF header's ABI byte, the note each kernel looks for, and OpenBSD's segments.
# Only xld: one linker for all of them.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
.globl _start
_start: ret
.section .openbsd.randomdata, "aw"
.quad 0
.section .openbsd.syscalls, "a"
.quad 0
EOF
try() { # system, ABI, text of the note
  link --target=$1-amd64 a.o -o program
  expect_match "OS/ABI: +$2" readelf -hW program
  [[ -z $3 ]] || expect_match "$3" readelf -nW program
  cp program by-target
  link -H$1 a.o -o program
  cmp program by-target || fail "-H$1 and --target=$1-amd64 differ"
}
try linux 'UNIX - System V' ''
try freebsd 'UNIX - FreeBSD' 'FreeBSD[[:space:]]+0x00000004'
try netbsd 'UNIX - System V' 'NetBSD[[:space:]]+0x00000004'
try openbsd 'UNIX - OpenBSD' 'OpenBSD[[:space:]]+0x00000004'
try dragonfly 'UNIX - System V' 'DragonFly[[:space:]]+0x00000004'
# The 386 rows, as files of those systems have it.
compile small.s -m32 <<'EOF'
.globl _start
_start: ret
EOF
for row in 'freebsd FreeBSD FreeBSD' 'netbsd System.V NetBSD' 'openbsd OpenBSD OpenBSD'; do
  read -r system abi owner <<<"$row"
  link --target=$system-386 -e _start small.o -o program
  expect_match "OS/ABI: +UNIX - $abi" readelf -hW program
  expect_match "Class: +ELF32" readelf -hW program
  expect_match "$owner[[:space:]]+0x00000004" readelf -nW program
  expect_equal "$(($(segment program LOAD address)))" $((0x8048000))
done
link -m elf_x86_64_obsd a.o -o program -z wxneeded -z nobtcfi
expect_match OPENBSD_RANDOMIZE llvm-readelf-19 -lW program
expect_match OPENBSD_SYSCALLS llvm-readelf-19 -lW program
expect_match OPENBSD_WXNEEDED llvm-readelf-19 -lW program
expect_match OPENBSD_NOBTCFI llvm-readelf-19 -lW program
# What the kernel filled at random cannot be written any more.
compile user.s <<'EOF'
.globl _start
_start: call imported@plt
.section .openbsd.randomdata, "aw"
.quad 0
EOF
link --target=openbsd-amd64 -pie user.o --dynimport=imported,libc.so.97.1 -o program
expect_match '[0-9]+ +\.openbsd\.randomdata \.dynamic' llvm-readelf-19 -lW program
link -m elf_x86_64 a.o -o program
expect_no_match OPENBSD llvm-readelf-19 -lW program

# A note that the objects bring is not made again.
compile note.s <<'EOF'
.section .note.openbsd.ident, "a", @note
.long 8, 4, 1
.ascii "OpenBSD\0"
.long 7
EOF
link --target=openbsd-amd64 a.o note.o -o program
expect_equal "$(readelf -nW program | grep -c OpenBSD)" 1
expect_match 'openbsd-amd64 .* FS +-16 +-8 +/usr/libexec/ld.so' "$XLD" --print-targets
