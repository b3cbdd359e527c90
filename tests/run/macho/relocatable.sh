#!/usr/bin/env bash
# -r: sections joined, relocations in descending order, hidden names made local or kept, one copy of weak definitions,
# pieces without a name kept apart; linking the result gives what linking the objects gives.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld, and ld64.lld has no -r.
here=$(dirname "$(realpath "$0")")
source "$here/../lib.sh"

XLD=$scratch/bin/ld64.xld
object() { run clang-19 -target "$1-apple-macos11" -fcommon -x c -c - -o "$2"; }
for arch in x86_64 arm64; do
  common=(-arch $arch -platform_version macos 11.0 11.0)
  object $arch first.o <<'EOT'
int tentative; extern int weak_reference(void) __attribute__((weak));
__attribute__((weak)) int both(void) { return 1; }
__attribute__((visibility("hidden"))) int hidden(void) { return both(); }
static int local = 7; int* pointer = &local + 1;
int main(void) { return hidden() + (weak_reference ? weak_reference() : 0) + *pointer; }
EOT
  object $arch second.o <<'EOT'
int tentative = 5;
__attribute__((weak)) int both(void) { return 2; }
int hidden(void); const char* text = "text";
static int local = 8; int second(void) { return hidden() + both() + local++; }
EOT
  run "$XLD" -r first.o second.o "${common[@]}" -o joined.o
  run llvm-nm-19 -m joined.o >names
  expect_match '\(__TEXT,__text\) weak external _both' cat names
  expect_equal "$(grep -c _both names)" 1
  expect_match '\(__TEXT,__text\) non-external.* _hidden' cat names
  expect_match 'weak external _weak_reference|\(undefined\) weak' cat names
  expect_match '\(__DATA,__data\) external _tentative' cat names
  expect_equal "$(grep -c 'non-external _local' names)" 2
  expect_match SUBSECTIONS_VIA_SYMBOLS llvm-objdump-19 --macho --private-headers joined.o
  run llvm-objdump-19 -r joined.o | awk '/^RELOC/ { last = "" } /^0/ {
    if (last != "" && $1 "" > last "") { print "not descending: " $0; exit 1 } last = $1 }' ||
    fail "records are not in descending order"
  run "$XLD" -r -keep_private_externs first.o second.o "${common[@]}" -o kept.o
  expect_match 'private external _hidden' llvm-nm-19 -m kept.o
  run "$XLD" -r -exported_symbol _main first.o second.o "${common[@]}" -o few.o
  expect_match 'non-external.* _second' llvm-nm-19 -m few.o

  # Joined twice, it is still the same program.
  run "$XLD" -r joined.o "${common[@]}" -o again.o
  mkdir -p sdk/usr/lib && cp "$here/libSystem.tbd" sdk/usr/lib/
  for object in joined.o again.o; do
    run "$XLD" $object "${common[@]}" -syslibroot sdk -lSystem -U _weak_reference -o out -dead_strip
    [[ -z ${XLD_VERIFY:-} ]] || run "$XLD_VERIFY" out
    run llvm-nm-19 -j out >linked
    expect_no_match _second cat linked
    expect_match _main cat linked
  done
done
expect_fail '-r and -pie do not go together' -- -r -pie first.o "${common[@]}" -o x.o
