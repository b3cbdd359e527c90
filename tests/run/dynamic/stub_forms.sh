#!/usr/bin/env bash
# Stubs are as short as the output permits: with instructions for branch tracking only if it claims that, and with what
# binds on the first call only if functions are not bound at load time. Debuggers and objdump know them by name.
# Only xld: other linkers give these sections other names.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  for pic in '-fPIE -pie' '-fno-pic -no-pie'; do
    compile main.c $machine ${pic% *} -fcf-protection=none <<'E2'
#include <stdlib.h>
int main(void) { return abs(atoi("-7")) + atoi("1") - 8; }
E2
    try() {  # try SECTION ENTRY_SIZE OPTION…
      local name=$1 size=$2
      shift 2
      gcc_link $machine ${pic#* } main.o "$@" -o program
      expect_status 0 ./program
      expect_status 0 env LD_BIND_NOW=1 ./program
      [[ $(section program "$name" size) -ge $((size)) ]] || fail "$name is too small"
      objdump -d -j "$name" program >code
      expect_match '<atoi@plt>:' cat code
    }
    try .plt 32 -Wl,-z,lazy
    expect_no_match endbr cat code
    expect_no_section program .plt.sec
    try .plt.got 8 -Wl,-z,now
    expect_no_section program .plt
    for request in ibt ibtplt; do
      try .plt.sec 16 -Wl,-z,lazy -Wl,-z,$request
      expect_match endbr cat code
      try .plt.sec 16 -Wl,-z,now -Wl,-z,$request
    done
  done
done
