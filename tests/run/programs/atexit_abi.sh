#!/usr/bin/env bash
# atexit, __cxa_atexit and quick_exit run the registered functions; abort of a thrown exception calls terminate.
source "$(dirname "$0")/../lib.sh"

compile a.cc <<'EOF'
#include <cstdio>
#include <cstdlib>
#include <exception>
static void bye() { std::puts("bye"); }
int main(int argc, char **argv) {
  std::atexit(bye);
  std::set_terminate([] { std::puts("terminate"); std::fflush(stdout); std::_Exit(3); });
  if (argc > 1) throw 1;
}
EOF
gxx_link -static a.o -o program
expect_output bye ./program
expect_status 3 ./program x
