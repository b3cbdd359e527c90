#!/usr/bin/env bash
# -r with -flto: gcc joins intermediate code and leaves compiling to the last link, clang compiles it.
source "$(dirname "$0")/../lib.sh"

for compiler in gcc clang-19; do
  CC=$compiler compile one.c -O2 -flto <<<'int two(void); int one(void) { return two() + 1; }'
  CC=$compiler compile two.c -O2 -flto <<<'int two(void) { return 2; }'
  CC=$compiler compile plain.c <<<'int plain(void) { return 4; }'
  CC=$compiler compile main.c <<<'int one(void), plain(void); int main(void) { return one() + plain(); }'
  with=gcc_link
  [[ $compiler == gcc ]] || with=clang_link
  rm -f joined.o
  $with -O2 -flto -r -nostdlib one.o two.o -o joined.o
  $with -O2 -flto joined.o plain.o main.o -o program
  expect_status 7 ./program
done

# Without a plugin, gcc's is joined as it is, for a link that has one.
compile slim.c -O2 -flto <<<'int one(void) { return 7; } int plain(void) { return 0; }'
run "$XLD" -r slim.o -o joined.o
gcc_link -O2 -flto joined.o main.o -o program
expect_status 7 ./program
