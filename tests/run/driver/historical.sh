#!/usr/bin/env bash
# The letters of 6l and 8l: under those names, and wherever -H names the system; elsewhere they mean what GNU ld has.
# Only xld: other linkers do not speak that dialect.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
.globl begin, _start
_start: ud2
begin: mov $60, %eax
  xor %edi, %edi
  syscall
.data
.quad 1
EOF
sed 's/%eax/%eax\nmov $1, %eax/; s/mov $60, %eax//; s/xor %edi, %edi/xor %ebx, %ebx/; s/syscall/int $0x80/' a.s >b.s
run gcc -m32 -c b.s -o b.o
ln -s "$(realpath "$XLD")" "$scratch/bin/6l"
ln -s "$(realpath "$XLD")" "$scratch/bin/8l"

link_with "$scratch/bin/6l" -T 0x501000 -D0x600000 -E begin -s -d a.o -o program
expect_status 0 ./program
expect_equal "$(section program .text address)" $((0x501000))
expect_equal "$(section program .data address)" $((0x600000))
expect_no_section program .symtab
expect_match 'Entry point address: +0x501002' readelf -hW program
link_with "$scratch/bin/8l" -E begin b.o -o program
expect_status 0 ./program
expect_fail 'b.o: is ELF for x86-64|is ELF for i386, but the output is' -- -H7 -m elf_x86_64 b.o -o x

link -H7 -R 0x200000 -E begin a.o -o program
expect_equal "$(segment program LOAD align 1)" 0x200000
expect_status 0 ./program
link -Hopenbsd -Ttext=0x501000 a.o -o program
expect_match OpenBSD readelf -nW program
expect_equal "$(section program .text address)" $((0x501000))
expect_fail "-T: '.*'|-T .*number" -- -H7 -T here a.o -o x
expect_fail '-R: .*power of two|-R .*power of two' -- -H7 -R 3000 a.o -o x

# Without -H they are GNU ld's.
expect_fail 'cannot open 0x501000' -- -T 0x501000 a.o -o x
compile names.s <<<'.globl elsewhere
elsewhere = 5'
link -E -R names.o a.o -o program -e begin
expect_status 0 ./program
expect_match 'As 6l and 8l had them' "$scratch/bin/6l" --help
expect_no_match 'As 6l and 8l had them' "$XLD" --help
