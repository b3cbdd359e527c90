#!/usr/bin/env bash
# Debug information of ELF objects becomes part of the Mach-O output: no debug map can name such objects.
# Only xld: no other linker makes Mach-O of ELF objects.
source "$(dirname "$0")/../lib.sh"
shopt -s extglob

cat >shared.h <<'END'
template <class T> T twice(T x) { return x + x; }
thread_local inline int per_thread = 3;
END
cat >first.cc <<'END'
#include "shared.h"
int other(int);
static int unused(int x) { return x * 3; }
int (*table)(int) = unused;
int main() { return other(twice(4)) + per_thread; }
END
cat >second.cc <<'END'
#include "shared.h"
int other(int x) { return twice(x) + per_thread; }
int nobody_calls(int x) { return x - 7; }
END
lookup() { # lookup FILE SYMBOL LINE: the line that a debugger finds for a function
  run llvm-symbolizer-19 --obj="$1" "0x$(llvm-nm-19 "$1" | awk -v name="$2" '$3 == name { print $1 }')" >found
  expect_match "$3" cat found
}
expect_sound() { expect_match 'No errors' llvm-dwarfdump-19 --verify "$1"; }
for target in 'x86_64 amd64' 'aarch64 arm64'; do
  read -r cpu name <<<"$target"
  ld() { run "$scratch/bin/ld64.xld" --target=darwin-$name -platform_version macos 13.0 13.0 -undefined dynamic_lookup "$@"; }
  for flags in -gdwarf-5 '-gdwarf-4 -gz -ffunction-sections'; do
    for file in first second; do
      run clang++-19 -target $cpu-linux-gnu -O1 -fPIC -fno-exceptions $flags -c $file.cc -o $file.o
    done
    ld first.o second.o -o plain
    run "$XLD_VERIFY" plain
    expect_sound plain
    lookup plain _main 'first\.cc:5'
    lookup plain __Z5otheri 'second\.cc:2'
    # A variable of a thread is named by its descriptor. Compilers for arm64 say nothing of its place.
    address=$(llvm-nm-19 plain | awk '$3 == "_per_thread" { print $1 }')
    run llvm-dwarfdump-19 --name per_thread plain >variable
    [[ $name == arm64 ]] || expect_match "DW_OP_const8u 0x${address##+(0)}, DW_OP_(GNU_push|form)_tls_address" cat variable
    # Where objects are joined first, and where code is left out; libraries begin at address 0.
    ld -r first.o second.o -o joined.o
    ld -dead_strip joined.o -o stripped
    run "$XLD_VERIFY" stripped
    expect_sound stripped
    lookup stripped _main 'first\.cc:5'
    ld -dylib -dead_strip -exported_symbol _main first.o second.o -o library
    expect_sound library
    lookup library _main 'first\.cc:5'
    ld -S first.o second.o -o without
    expect_no_match '__DWARF|__debug' llvm-objdump-19 --macho --private-headers without
  done
done
# Both objects have the same names.
expect_equal "$(llvm-dwarfdump-19 --debug-str plain | grep -c '"per_thread"')" 1
# No debug map.
expect_no_match ' OSO ' llvm-nm-19 -ap plain
