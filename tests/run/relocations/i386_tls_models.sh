#!/usr/bin/env bash
# Every TLS model on i386, in static executables: no call of ___tls_get_addr is left.
source "$(dirname "$0")/../lib.sh"

for flags in -ftls-model=global-dynamic -ftls-model=local-dynamic -ftls-model=initial-exec -ftls-model=local-exec \
  '-ftls-model=global-dynamic -mtls-dialect=gnu2' '-ftls-model=local-dynamic -mtls-dialect=gnu2'; do
  for pic in -fPIC -fno-pic; do
    compile a.c -m32 -O1 $pic $flags <<'EOF'
#include <stdio.h>
extern _Thread_local int other;
static _Thread_local int first = 1, second = 2, zero;
_Thread_local char page[256] __attribute__((aligned(128)));
int *address(void) { return &other; }
int main() {
  first += second;
  zero++;
  printf("%d %d %d %d\n", first + zero, other, address() == &other, (int)((unsigned long)page & 127));
  return 0;
}
EOF
    compile b.c -m32 <<<'_Thread_local int other = 30;'
    for mode in -static -static-pie; do
      [[ $pic$mode != -fno-pic-static-pie ]] || continue
      gcc_link -m32 $mode a.o b.o -o program
      expect_output '4 30 1 0' ./program
      expect_no_match '___tls_get_addr' disassemble program main address
    done
  done
done
