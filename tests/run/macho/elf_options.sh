#!/usr/bin/env bash
# ELF objects in Mach-O links where options, archives and universal files look at them.
# Only xld: no other linker makes Mach-O of ELF objects.
source "$(dirname "$0")/../lib.sh"

cat >elf.c <<'END'
int from_macho(int), of_archive(void), of_macho_member(void);
int shown(int x) { return x + 1; }
int same_one(int x) { return x * 17 + 3; }
int same_two(int x) { return x * 17 + 3; }
int unused(int x) { return x - 5; }
int main(void) { return from_macho(shown(1)) + same_one(1) + same_two(2) + of_archive() + of_macho_member(); }
END
echo 'int of_archive(void) { return 4; }' >member.c
echo 'int of_macho_member(void) { return 3; }' >macho_member.c
echo 'int from_macho(int x) { return x; }' >macho.c
run gcc -O2 -fPIC -ffunction-sections -c elf.c member.c
for file in macho macho_member; do run clang-19 -target x86_64-apple-macos11 -O1 -c $file.c; done
run clang-19 -target arm64-apple-macos11 -O1 -c macho.c -o other.o
rm -f mixed.a && run ar rcs mixed.a member.o macho_member.o macho.o

# universal OUTPUT CPU=FILE…: a fat file; lipo takes no ELF.
universal() {
  python3 - "$@" <<'END'
import struct, sys
slices = [(int(number, 0), open(name, "rb").read()) for number, name in (part.split("=") for part in sys.argv[2:])]
head, body = struct.pack(">II", 0xcafebabe, len(slices)), b""
for cpu, data in slices:
    head += struct.pack(">IIIII", cpu, 3 if cpu == 0x1000007 else 0, 0x1000 + len(body), len(data), 12)
    body += data + bytes(-len(data) % 0x1000)
open(sys.argv[1], "wb").write(head.ljust(0x1000, b"\0") + body)
END
}
run universal fat.o 0x1000007=elf.o 0x100000c=other.o
run universal fat.a 0x1000007=mixed.a 0x100000c=other.o
link_it() {
  run "$scratch/bin/ld64.xld" -arch x86_64 -platform_version macos 13.0 13.0 "$@" -o out && run "$XLD_VERIFY" out
  llvm-nm-19 out | sort >names
}
for inputs in 'elf.o mixed.a' 'fat.o mixed.a' 'macho.o elf.o fat.a' 'fat.o fat.a'; do
  link_it $inputs
  expect_equal "$(grep -cE ' T _(main|of_archive|of_macho_member|from_macho)$' names)" 4
done
link_it -dead_strip elf.o mixed.a
expect_no_match _unused cat names
link_it --icf=all elf.o mixed.a
expect_equal "$(awk '/_same_one|_same_two/ { print $1 }' names | uniq | wc -l)" 1
printf '_shown\n_mai*\n' >list
link_it -dylib -exported_symbols_list list elf.o mixed.a
expect_equal "$(llvm-objdump-19 --macho --exports-trie out | awk '/_/ { print $2 }' | xargs)" '_main _shown'
printf '_unused\n_same_two\n' >order
link_it -order_file order elf.o mixed.a
expect_equal "$(awk '/ T _[us]/ { print $3 }' names | head -2 | xargs)" '_unused _same_two'
# What -r joins keeps its pieces.
run "$scratch/bin/ld64.xld" -arch x86_64 -r elf.o macho.o -o joined.o
link_it -dead_strip joined.o mixed.a
expect_no_match _unused cat names
expect_match ' T _shown' cat names
