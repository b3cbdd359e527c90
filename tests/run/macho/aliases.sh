#!/usr/bin/env bash
# Names that mean names of other objects (N_INDR), a chain of them, a missing one; -alias and -alias_list.
# Only xld: of the proving linkers none writes Mach-O under the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
common=(-platform_version macos 13.0 13.0 -dylib)
assemble() { run clang-19 -target "$2-apple-macos13" -x assembler -c - -o "$1"; }
address() { run llvm-nm-19 out | awk -v name="$1" '$3 == name { print $1 }'; }
exports() { run llvm-objdump-19 --macho --exports-trie out; }
printf '_strong _from_list # a comment\n' >list
for arch in x86_64 arm64; do
  assemble names.o $arch <<'EOT'
.globl _outer, _hidden_name, _chain
.private_extern _hidden_name
_outer = _strong
_hidden_name = _strong
_chain = _outer
_inner = _strong
.data
.quad _inner, _chain
.subsections_via_symbols
EOT
  assemble strong.o $arch <<<$'.globl _strong\nnop\n.p2align 2\n_strong: nop\n.subsections_via_symbols'
  expect_match 'indirect.*_outer' llvm-nm-19 -m names.o
  run "$XLD" -arch $arch names.o strong.o "${common[@]}" -alias _strong _by_option -alias_list list -o out
  run "$XLD_VERIFY" out
  for name in outer chain by_option from_list; do
    expect_equal "$(address _$name)" "$(address _strong)"
    expect_match "_$name\$" exports
  done
  expect_no_match '_hidden_name$|_inner$' exports
  run "$XLD" -arch $arch names.o strong.o -r -o joined.o
  run "$XLD" -arch $arch joined.o "${common[@]}" -o out
  expect_match '_chain$' exports
done
expect_fail 'names.o: _outer is another name of _strong, which no object defines' -- -arch arm64 names.o -dylib -o out2
