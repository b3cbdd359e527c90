#!/usr/bin/env bash
# Identical code folding of what stands in tables: functions that catch the same, with their exception tables; constant
# strings, references to selectors and classes record by record; and the compiler's list of addresses that are compared.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
address() { llvm-nm-19 "$1" | awk -v name="_$2" '$3 == name { print $1 }'; }
size() { llvm-objdump-19 --macho --section-headers "$1" | awk -v name="$2" '$2 == name { print $3 }'; }

cat >main.cc <<'EOF'
extern "C" {
void may_throw(int);
__attribute__((noinline)) int first() { try { may_throw(1); } catch (int) { return 1; } return 0; }
__attribute__((noinline)) int second() { try { may_throw(1); } catch (int) { return 1; } return 0; }
__attribute__((noinline)) int other() { try { may_throw(1); } catch (char) { return 1; } return 0; }
int main() { return first() + second() + other(); }
}
EOF
for target in x86_64 arm64; do
  run clang++-19 -target $target-apple-macos12 -O1 -c main.cc -o main.o
  run "$XLD" -arch $target -dead_strip --icf=all -undefined dynamic_lookup main.o -o main
  run "$XLD_VERIFY" main
  expect_equal "$(address main first)" "$(address main second)"
  expect_different "$(address main first)" "$(address main other)"
done

# Addresses of the tables' records are compared by nobody, even where nothing says so. Their order is that of the input.
cat >one.s <<'EOF'
.section __TEXT,__objc_methname,cstring_literals
Lbar: .asciz "bar"
Lfoo: .asciz "foo"
.section __DATA,__objc_selrefs,literal_pointers,no_dead_strip
.quad Lbar, Lfoo
.section __TEXT,__cstring,cstring_literals
Ltext: .asciz "text"
.section __DATA,__cfstring
.quad _class
.long 1992, 0
.quad Ltext, 4
.section __DATA,__objc_classrefs,regular,no_dead_strip
.quad _class
EOF
{ sed 's/Lbar: .asciz "bar"/.asciz "pad"/; s/.quad Lbar, Lfoo/.quad Lfoo/' one.s; } >two.s
run clang-19 -target arm64-apple-macos12 -c one.s -o one.o
run clang-19 -target arm64-apple-macos12 -c two.s -o two.o
for mode in none safe all; do
  run "$XLD" -arch arm64 -dylib -undefined dynamic_lookup --icf=$mode one.o two.o -o tables.dylib
  run "$XLD_VERIFY" tables.dylib
  sizes="$(size tables.dylib __objc_selrefs) $(size tables.dylib __cfstring) $(size tables.dylib __objc_classrefs)"
  case $mode in
    none) expect_equal "$sizes" "00000018 00000040 00000010" ;;
    *) expect_equal "$sizes" "00000010 00000020 00000008" ;;
  esac
done

# With the compiler's list, --icf=safe looks at it and not at the code. The list is in no output.
cat >list.c <<'EOF'
__attribute__((noinline)) int called(int x) { return x * 3; }
__attribute__((noinline)) int too(int x) { return x * 3; }
__attribute__((noinline)) int compared(int x) { return x * 3; }
int (*volatile pointer)(int) = compared;
int main(void) { return called(1) + too(2) + pointer(3); }
EOF
run clang-19 -target arm64-apple-macos12 -O1 -faddrsig -c list.c -o list.o
expect_match __llvm_addrsig llvm-objdump-19 --section-headers list.o
run "$XLD" -arch arm64 --icf=safe list.o -o list
run "$XLD_VERIFY" list
expect_equal "$(address list called)" "$(address list too)"
expect_different "$(address list called)" "$(address list compared)"
expect_no_match __llvm_addrsig llvm-objdump-19 --section-headers list
run "$XLD" -arch arm64 -r list.o -o joined.o
expect_no_match __llvm_addrsig llvm-objdump-19 --section-headers joined.o
