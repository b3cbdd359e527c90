#!/usr/bin/env bash
# --icf gives up, and says so, where functions differ only at the end of a chain of calls longer than its bound of rounds;
# shorter chains are settled. Nothing is folded that differs.
# Only xld: the bound, and what it does there, is its own.
source "$(dirname "$0")/../lib.sh"

# chains LENGTH: two of them, which return 1 and 2 at the far end.
chains() {
  echo '.globl _start; _start: call a0; mov %eax, %ebx; call b0; lea (%rax,%rbx,4), %edi; mov $60, %eax; syscall'
  for ((i = 0; i < $1; i++)); do
    for c in a b; do echo ".section .text.$c$i,\"ax\"; $c$i: call $c$((i + 1)); ret"; done
  done
  echo ".section .text.a$1,\"ax\"; a$1: mov \$1, %eax; ret; .section .text.b$1,\"ax\"; b$1: mov \$2, %eax; ret"
}
chains 300 | as -o short.o
expect_no_match 'too long' "$XLD" --icf=all short.o -o program
expect_status 6 ./program
chains 1200 | as -o long.o
expect_match 'warning: .*too long chains' "$XLD" --icf=all long.o -o program
expect_status 6 ./program
