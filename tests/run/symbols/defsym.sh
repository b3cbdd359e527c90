#!/usr/bin/env bash
# --defsym gives names to numbers, to other symbols, and to expressions of them.
source "$(dirname "$0")/../lib.sh"

compile main.c -fno-pie <<'EOF'
#include <stdio.h>
extern char number[], sum[], shifted[], conditional[], hexadecimal[];
extern int alias, original;
int *volatile alias_address = &alias;
int original = 5;
int after_it = 6;
extern int next;
int function(void) { return 9; }
int other_name(void);
int main() {
  printf("%ld %ld %ld %ld %ld %d %d %d\n", (long)number, (long)sum, (long)shifted, (long)conditional, (long)hexadecimal,
         alias_address == &original, next, other_name());
  return 0;
}
EOF
gcc_link -static -no-pie main.o -o program -Wl,--defsym=number=10,--defsym,sum=number+4*3,-defsym,'shifted=(1<<4)|3' \
  -Wl,--defsym='conditional=number>5?2:3' -Wl,--defsym=hexadecimal=0x10K -Wl,--defsym=alias=original \
  -Wl,--defsym=next=original+4,--defsym=other_name=function
expect_output '10 22 19 2 16384 1 6 9' ./program
