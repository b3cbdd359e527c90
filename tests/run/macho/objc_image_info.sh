#!/usr/bin/env bash
# __objc_imageinfo of several objects becomes one: what all say of category properties, the one Swift version there is,
# the newest language version; objects of two Swift compilers do not go together.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

object() { # object NAME FLAGS
  printf '.section __DATA,__objc_imageinfo,regular,no_dead_strip\n.long 0, %s\n' "$2" >"$1.s"
  run clang-19 -target arm64-apple-macos13 -c "$1.s" -o "$1.o"
}
printf '.globl _main\n_main: ret\n' >main.s
run clang-19 -target arm64-apple-macos13 -c main.s -o main.o
flags() { llvm-objdump-19 -s --section=__objc_imageinfo "$1" | awk '/^ [0-9a-f]+ / { print $2, $3 }'; }
joined() { # joined EXPECTED FLAGS…
  local expected=$1 names=() i=0
  shift
  for value in "$@"; do
    object "part$i" "$value"
    names+=("part$((i++)).o")
  done
  run "$scratch/bin/ld64.xld" -arch arm64 main.o "${names[@]}" -o program
  expect_equal "$(flags program)" "00000000 $expected"
  [[ -z ${with_lld:-} ]] || run ld64.lld-19 -arch arm64 -platform_version macos 13.0 13.0 main.o "${names[@]}" -o other
  [[ -z ${with_lld:-} ]] || expect_equal "$(flags other)" "00000000 $expected"
}
with_lld=1
joined 40000000 0x40 0x40
joined 00000000 0x40 0x0
joined 40070000 0x740 0x40
with_lld=  # it leaves the version of the language out
joined 00070205 0x05010700 0x05020700
object one 0x700
object two 0x600
XLD=$scratch/bin/ld64.xld
expect_fail 'two\.o: was made by a Swift compiler of another version \(6\)' -- -arch arm64 main.o one.o two.o -o program
printf '.section __DATA,__objc_imageinfo,regular,no_dead_strip\n.long 5, 0x40\n' >odd.s
run clang-19 -target arm64-apple-macos13 -c odd.s -o odd.o
object part0 0x40
expect_match 'odd.o: invalid __objc_imageinfo version' "$scratch/bin/ld64.xld" -arch arm64 main.o part0.o odd.o -o program
expect_equal "$(flags program)" "00000000 00000000"
