#!/usr/bin/env bash
# --gdb-index: GDB and llvm-dwarfdump find functions, types and addresses in the index; the same bytes at any thread count.
source "$(dirname "$0")/../lib.sh"

for flags in 'gcc -gdwarf-4' 'gcc -gdwarf-5 -fdebug-types-section' 'clang-19 -gdwarf-4 -ffunction-sections' \
  'clang-19 -gdwarf-5 -ffunction-sections' 'gcc -gdwarf-5 -m32'; do
  compiler=${flags%% *} options=${flags#* }
  machine=
  [[ $options != *-m32* ]] || machine=-m32
  CC=$compiler compile a.c $options -g -ggnu-pubnames <<'E'
struct pair { int first, second; };
int other(struct pair*);
static int helper(int x) { return x + 1; }
int main(void) { struct pair p = {1, 2}; return other(&p) - helper(2); }
E
  CC=$compiler compile b.c $options -g -ggnu-pubnames <<'E'
struct pair { int first, second; };
int variable = 0;
int unused(void) { return variable; }
int other(struct pair* p) { return p->first + p->second + variable; }
E
  gcc_link $machine -static -Wl,--gdb-index,--gc-sections a.o b.o -o program
  expect_status 0 ./program
  gcc_link $machine -static -Wl,--gdb-index,--gc-sections,--threads=1 a.o b.o -o again
  cmp program again
  expect_no_section program .debug_gnu_pubnames
  readelf --debug-dump=gdb_index program >index
  expect_match '^Version 7' cat index
  for name in main helper other variable; do expect_match " $name:" cat index; done
  main=$(symbol program main)
  covers=
  while read -r low high _; do
    ((16#$low > main || main >= 16#$high)) || covers=yes
  done < <(grep -E '^[0-9a-f]{16} [0-9a-f]{16} [0-9]+$' index)
  expect_equal "$covers" yes
  llvm-dwarfdump-19 --gdb-index program >dump
  expect_match 'String name: helper, CU vector index' cat dump
  gdb -batch -ex 'info line other' -ex 'ptype struct pair' -ex "info symbol $main" -ex 'info functions helper' \
    -ex 'maint print objfiles program' program >answers 2>&1
  expect_match 'Line [34] of "\./b\.c"|Line [34] of ".*b\.c"' cat answers
  expect_match 'int first;' cat answers
  expect_match 'static int helper\(int\);' cat answers
done

# Objects without published names are pointed out.
compile c.c -g <<<'int main(void) { return 0; }'
gcc_link -static -Wl,--gdb-index c.o -o program 2>warnings
expect_match 'c.o is without .debug_gnu_pubnames' cat warnings
