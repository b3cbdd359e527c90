#!/usr/bin/env bash
# --compress-debug-sections: readers get the same debug information from fewer bytes, at any thread count and with -r.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile a.cc -g $machine <<'E'
#include <map>
#include <string>
int main() { std::map<std::string, int> m; m["x"] = 1; return (int)m.size() - 1; }
E
  gxx_link $machine -static a.o -o plain
  for kind in zlib zlib-gabi:9 zstd zstd:19; do
    gxx_link $machine -static -Wl,--compress-debug-sections=$kind a.o -o packed
    expect_status 0 ./packed
    expect_equal "$(section packed .debug_info flags)" C
    (($(section packed .debug_info size) < $(section plain .debug_info size) * 2 / 3)) || fail 'not compressed'
    llvm-objcopy-19 --decompress-debug-sections packed unpacked
    for name in .debug_info .debug_str .debug_line .debug_abbrev; do
      expect_equal "$(contents unpacked $name | sha256sum)" "$(contents plain $name | sha256sum)"
    done
    gxx_link $machine -static -Wl,--threads=1,--compress-debug-sections=$kind a.o -o again
    cmp packed again
  done
  link -r --compress-debug-sections=zlib a.o -o packed.o
  expect_equal "$(section packed.o .debug_info flags)" C
  gxx_link $machine -static packed.o -o program
  expect_equal "$(contents program .debug_info | sha256sum)" "$(contents plain .debug_info | sha256sum)"
done

# One section larger than what is compressed at a time, with small ones beside it.
seq 1 300000 >numbers
cat >large.s <<'E'
.globl _start
_start: ret
.section .debug_str,"",@progbits
.incbin "numbers"
E
run as large.s -o large.o
compile small.s <<<'.section .debug_str,"",@progbits; .asciz "behind"'
for kind in zlib zstd; do
  for threads in 1 3; do
    link -static --compress-debug-sections=$kind --threads=$threads small.o large.o small.o -o packed.$threads
  done
  cmp packed.1 packed.3
  llvm-objcopy-19 --decompress-debug-sections packed.1 unpacked
  expect_equal "$(contents unpacked .debug_str | sha256sum)" \
    "$({ printf 'behind\0' && cat numbers && printf 'behind\0'; } | od -An -v -tx1 | tr -d ' \n' | sha256sum)"
done
