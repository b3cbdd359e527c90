#!/usr/bin/env bash
# Call profiles of objects (.cg_profile): functions that call each other often stand together, behind those of an order
# file; folded ones count as the one that stands for them; --print-symbol-order says which order was chosen.
# Only xld: of the proving linkers none has the name ld64.xld.
source "$(dirname "$0")/../lib.sh"

XLD=$scratch/bin/ld64.xld
functions=(d c b a)
{
  echo .text
  for name in "${functions[@]}"; do printf '.globl _%s\n_%s: movl $%d, %%eax\nret\n' $name $name "'$name"; done
  printf '.cg_profile _%s, _%s, %s\n' a b 100 b c 90 c d 80
  echo .subsections_via_symbols
} >calls.s
run clang-19 -target x86_64-apple-macos11 -c calls.s -o calls.o
order() { run llvm-nm-19 -n out | awk '$2 == "T" && $3 ~ /^_[a-d]$/ { printf "%s ", $3 }'; }
link() { run "$XLD" -arch x86_64 -platform_version macos 11.0 11.0 -dylib calls.o "$@" -o out; }
link --print-symbol-order=names
expect_equal "$(order)" '_a _b _c _d '
expect_equal "$(tr '\n' ' ' <names)" '_a _b _c _d '
link --no-call-graph-profile-sort
expect_equal "$(order)" '_d _c _b _a '
echo _c >list
link -order_file list
expect_equal "$(order)" '_c _a _b _d '
sed "s/movl \$[0-9]*/movl \$1/" calls.s >equal.s
run clang-19 -target x86_64-apple-macos11 -c equal.s -o calls.o
link --icf=all
run "$XLD_VERIFY" out
