#!/usr/bin/env bash
# --pack-dyn-relocs=android: the same relocations as records say, in Android's packed form, which glibc's loader does
# not read; with +relr, words that only move are bitmaps as well.
# Only xld: GNU ld and mold have no such form.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile lib.c $machine -fPIC -O1 <<'END'
extern int first[], second[];
extern _Thread_local int far_away;
static int mine[64];
int *table[] = {first, second, first + 3, second - 1, first, first, first, first + 1};
int *own[64] = {mine + 1, mine + 2, mine + 3, mine + 4, mine + 9, mine, mine, mine};
int *spread[40] = {[3] = mine, [17] = mine + 5, [19] = mine + 1, [30] = mine - 2};
int *get(int i) { return table[i] + far_away; }
END
  relocations() { llvm-readelf-19 -rW "$1" | awk '/ R_(X86_64|386)_/' | sed -E 's/ \+ 0$//; s/ +0?$//' | sort; }
  gcc_link $machine -shared -nostdlib lib.o -o plain.so
  relocations plain.so >plain
  [[ $(wc -l <plain) -ge 22 ]] || fail "few relocations: $(<plain)"
  NO_VERIFY=1 gcc_link $machine -shared -nostdlib lib.o -Wl,--pack-dyn-relocs=android,--spare-dynamic-tags=7 -o packed.so
  relocations packed.so >packed
  run diff plain packed
  kind=RELA
  [[ $machine == -m64 ]] || kind=REL
  expect_match "\(ANDROID_$kind\)" llvm-readelf-19 -dW packed.so
  expect_match "\(ANDROID_${kind}SZ\)" llvm-readelf-19 -dW packed.so
  expect_no_match "\($kind\)" readelf -dW packed.so
  expect_match "ANDROID_$kind " llvm-readelf-19 -SW packed.so
  NO_VERIFY=1 gcc_link $machine -shared -nostdlib lib.o -Wl,--pack-dyn-relocs=android+relr,--spare-dynamic-tags=4 -o both.so
  expect_match '\(RELR\)' llvm-readelf-19 -dW both.so
  relocations both.so | grep -v RELATIVE >both
  run diff <(grep -v RELATIVE plain) both
done

# Larger than a page: what follows moves up, and the places in the table with it.
{
  echo '.data'
  for ((i = 0; i < 4000; i++)); do echo ".quad $((i % 7)), target+$((i * 977 % 65536))"; done
  echo '.bss; target: .skip 65536'
} >many
compile many.s <many
link -shared many.o -o plain.so
NO_VERIFY=1 link -shared many.o -o packed.so --pack-dyn-relocs=android
[[ $(stat -c %s packed.so) -lt $(($(stat -c %s plain.so) - 70000)) ]] || fail 'it is not smaller'
# What each relocation points to, seen from its own place.
words() {
  llvm-readelf-19 -rW "$1" | awk '/RELATIVE/ { print $1, $4 }' |
    while read -r place target; do echo $((16#$target - 16#$place)); done
}
words plain.so >plain
words packed.so >packed
[[ $(wc -l <packed) == 4000 ]] || fail "$(wc -l <packed) relocations"
run cmp plain packed
