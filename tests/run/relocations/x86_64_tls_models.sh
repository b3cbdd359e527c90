#!/usr/bin/env bash
# Every TLS model that a compiler can be asked for, linked into static executables: no call of __tls_get_addr is left.
source "$(dirname "$0")/../lib.sh"

for flags in -ftls-model=global-dynamic -ftls-model=local-dynamic -ftls-model=initial-exec -ftls-model=local-exec \
  '-ftls-model=global-dynamic -mtls-dialect=gnu2' '-ftls-model=local-dynamic -mtls-dialect=gnu2' \
  '-ftls-model=global-dynamic -fno-plt'; do
  for pic in -fPIC -fPIE; do
    compile a.c -O1 $pic $flags <<'EOF'
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
    compile b.c <<<'_Thread_local int other = 30;'
    for mode in -static -static-pie; do
      gcc_link $mode a.o b.o -o program
      expect_output '4 30 1 0' ./program
      expect_no_match '__tls_get_addr|fs:.*@' disassemble program main address
    done
  done
done
