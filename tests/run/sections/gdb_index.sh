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

# Without published names they are read from the entries: GDB uses the index and finds the same as without it.
questions=(-ex 'info line space::Shape::area' -ex 'ptype space::Shape' -ex 'print space::limit' -ex 'print Blue'
  -ex 'info line (anonymous namespace)::inner' -ex 'whatis Number' -ex 'info line plain')
for flags in 'g++ -gdwarf-4' 'g++ -gdwarf-5' 'clang++-19 -gdwarf-4' 'clang++-19 -gdwarf-5' 'g++ -gdwarf-5 -m32'; do
  options=${flags#* } machine=
  [[ $options != *-m32* ]] || machine=-m32
  CXX=${flags%% *} compile c.cc $options -g <<'E'
typedef unsigned Number;
enum Color { Red, Blue = 5 };
namespace space {
int limit = 3;
struct Shape { int width; int area(int height) const; };
int Shape::area(int height) const { return width * height; }
}
namespace { __attribute__((noinline)) int inner(Number n) { return n + Blue; } }
extern "C" int plain(int n) { return inner(n); }
int main() { space::Shape s = {2}; return s.area(space::limit) + plain(1) - 12; }
E
  gxx_link $machine c.o -Wl,--gdb-index -o program
  gxx_link $machine c.o -o without
  expect_status 0 ./program
  readelf --debug-dump=gdb_index program >index
  for name in space::Shape space::Shape::area space::limit Number Blue plain main; do
    expect_match " $name:" cat index
  done
  for file in program without; do gdb -nx -batch "${questions[@]}" $file >$file.answers 2>&1; done
  diff <(sed 's/0x[0-9a-f]*/ADDRESS/g' program.answers) <(sed 's/0x[0-9a-f]*/ADDRESS/g' without.answers)
  expect_match 'Line 6 of' cat program.answers
  # It cannot make an index of what it has not read itself.
  gdb -nx -batch -ex "save gdb-index $PWD" program >refusal 2>&1
  expect_match 'Cannot use an index to create the index' cat refusal
done
compile nothing.c <<<'int main(void) { return 0; }'
link nothing.o -e main --gdb-index -o program
expect_no_section program .gdb_index
