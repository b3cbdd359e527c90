#!/usr/bin/env bash
# Identical code folding: --icf=all, --icf=safe (-deduplicate), which leaves functions apart whose address is taken, and
# neither folds what is unwound differently.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

cat >main.cc <<'EOF'
extern "C" {
int counter;
__attribute__((noinline)) int one(int x) { return x * 3 + counter; }
__attribute__((noinline)) int same(int x) { return x * 3 + counter; }
__attribute__((noinline)) int taken(int x) { return x * 3 + counter; }
int (*volatile pointer)(int) = taken;
void may_throw(int);
__attribute__((noinline)) int catches_int() { try { may_throw(1); } catch (int) { return 1; } return 0; }
__attribute__((noinline)) int catches_char() { try { may_throw(1); } catch (char) { return 1; } return 0; }
int main() { return one(1) + same(2) + taken(3) + catches_int() + catches_char(); }
}
EOF
run clang++-19 -target x86_64-apple-macos10.15 -O1 -c main.cc -o main.o
address() { llvm-nm-19 "$1" | awk -v name="_$2" '$3 == name { print $1 }'; }
for options in --icf=none --icf=safe --icf=all -deduplicate "-deduplicate -no_deduplicate"; do
  # shellcheck disable=SC2086 # lists of words
  run "$scratch/bin/ld64.xld" $options -undefined dynamic_lookup main.o -o main
  run "$XLD_VERIFY" main
  expect_different "$(address main catches_int)" "$(address main catches_char)"
  case $options in
    *none | *no_deduplicate) expect_different "$(address main one)" "$(address main same)" ;;
    *) expect_equal "$(address main one)" "$(address main same)" ;;
  esac
  case $options in
    *all) expect_equal "$(address main one)" "$(address main taken)" ;;
    *) expect_different "$(address main one)" "$(address main taken)" ;;
  esac
done
