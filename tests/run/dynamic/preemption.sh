#!/usr/bin/env bash
# Who wins: a program's definition over a library's, unless the library binds its own references with -Bsymbolic, or
# visibility keeps them inside.
source "$(dirname "$0")/../lib.sh"

compile library.c -fPIC <<'EOF'
int f(void) { return 1; }
int v = 1;
__attribute__((visibility("protected"))) int p(void) { return 1; }
__attribute__((visibility("hidden"))) int h(void) { return 1; }
int call_f(void) { return f(); }
int get_v(void) { return v; }
int call_p(void) { return p(); }
int call_h(void) { return h(); }
EOF
compile main.c -fPIE <<'EOF'
#include <stdio.h>
int f(void) { return 2; }
int v = 2;
int p(void) { return 2; }
int h(void) { return 2; }
int call_f(void), get_v(void), call_p(void), call_h(void);
int main(void) { printf("%d%d%d%d\n", call_f(), get_v(), call_p(), call_h()); return 0; }
EOF
try() { # expected output, options
  local expected=$1
  shift
  gcc_link -shared library.o -o libl.so "$@"
  gcc_link main.o -o program -L. -ll -Wl,-rpath,.
  expect_output "$expected" ./program
}
try 2211
try 1111 -Wl,-Bsymbolic
try 1211 -Wl,-Bsymbolic-functions
try 2211 -Wl,-Bsymbolic -Wl,-Bno-symbolic
expect_no_match ' h$' readelf --dyn-syms -W libl.so
expect_match 'PROTECTED.* p$' readelf --dyn-syms -W libl.so
