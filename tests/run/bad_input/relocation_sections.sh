#!/usr/bin/env bash
# A section with two sections of relocations, or relocations of no section.
source "$(dirname "$0")/../lib.sh"

# Makes the sh_info of section .rela.NAME a number.
point_to() {
  local index header
  index=$(readelf -SW "$1" | awk -v name="$2" '{ gsub(/[][]/, " ") } $2 == name { print $1 }')
  header=$(readelf -hW "$1" | awk '/Start of section headers/ { print $5 }')
  printf "\\x$(printf %02x "$3")" | dd of="$1" bs=1 seek=$((header + index * 64 + 44)) conv=notrunc status=none
}
compile a.s <<<'.globl _start
_start: call _start
.data
.quad _start'
cp a.o twice.o
point_to twice.o .rela.data 1
expect_fail 'twice.o.*multiple relocation sections to one section' -- twice.o -o program
cp a.o nowhere.o
point_to nowhere.o .rela.data 0
expect_fail 'nowhere.o.*invalid sh_info' -- nowhere.o -o program
