#!/usr/bin/env bash
# -fno-plt calls and TLS descriptors inside a static PIE.
source "$(dirname "$0")/../lib.sh"

for flags in -fno-plt '-fno-plt -mtls-dialect=gnu2' '-m32 -fno-plt'; do
  compile a.c $flags -fPIC -O2 <<'EOF'
#include <stdio.h>
#include <string.h>
extern _Thread_local int local;
int other(const char *text) { return (int)strlen(text) + local; }
EOF
  compile b.c $flags -fPIC -O2 <<'EOF'
#include <stdio.h>
_Thread_local int local = 5;
int other(const char *text);
int (*pointer)(const char *) = other;
int main() { printf("%d %d\n", other("abc"), pointer("")); return 0; }
EOF
  [[ $flags == *-m32* ]] && machine=-m32 || machine=-m64
  gcc_link $machine -static-pie a.o b.o -o program
  expect_output '8 5' ./program
done
