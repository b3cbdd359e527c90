#!/usr/bin/env bash
# --emit-relocs leaves records with final addresses that say what the linked bytes say.
source "$(dirname "$0")/../lib.sh"

compile a.c -O2 -g -ffunction-sections <<'E'
extern int puts(const char*);
static const char* names[] = {"one", "two"};
__attribute__((noinline)) static int pick(int i) { return puts(names[i]); }
int unused(void) { return pick(0); }
int main(void) { return pick(1) < 0; }
E
for options in '' '-Wl,--gc-sections'; do
  gcc_link -static -Wl,-q $options a.o -o program
  expect_output two ./program
  expect_equal "$(section program .rela.text flags) $(section program .rela.text address)" 'I 0'
  has_section program .rela.debug_info
  readelf -rW program >relocs
  main=$(symbol program main)
  # The call in main, whose place is an address.
  expect_match "^0+$(printf %x $((main + 1)) | cut -c1-4).* R_X86_64_(PC32|PLT32) .* (pick|\.text)" cat relocs
done
expect_no_match ' unused$' nm program

# Every word of .data holds what its record says: S + A.
python3 - program <<'E'
import re, struct, subprocess, sys
def lines(*arguments): return subprocess.run(arguments, capture_output=True, text=True).stdout.splitlines()
sections = {}
for line in lines("readelf", "-SW", sys.argv[1]):
    m = re.match(r"\s*\[\s*\d+\] (\S+)\s+\S+\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", line)
    if m: sections[m[1]] = tuple(int(x, 16) for x in m.groups()[1:])
data = open(sys.argv[1], "rb").read()
address, offset, size = sections[".data"]
count = 0
for line in lines("readelf", "-rW", sys.argv[1]):
    m = re.match(r"([0-9a-f]{16})\s+[0-9a-f]+ R_X86_64_64\s+([0-9a-f]{16}) \S+ ([+-]) ([0-9a-f]+)", line)
    if not m or not address <= int(m[1], 16) < address + size: continue
    addend = int(m[4], 16) * (1 if m[3] == "+" else -1)
    place = offset + int(m[1], 16) - address
    assert struct.unpack_from("<Q", data, place)[0] == int(m[2], 16) + addend, line
    count += 1
assert count > 3, count
E
