#!/usr/bin/env bash
# -z retpolineplt: stubs without an indirect branch, in every kind of output, bound at once or on the first call.
# Only xld: GNU ld and mold have no such stubs, and lld's resolver functions in static programs have others.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  for pic in '-fPIE -pie' '-fno-pic -no-pie' '-fno-pic -static' '-fPIE -static-pie'; do
    # regparm: all registers that could be spared hold arguments.
    compile main.c $machine ${pic% *} -O1 <<'END'
#include <stdlib.h>
#ifdef __i386__
#define THREE __attribute__((regparm(3)))
#else
#define THREE
#endif
THREE int chosen(int a, int b, int c);
static THREE int sum(int a, int b, int c) { return a + 10 * b + 100 * c; }
static void *choose(void) { return sum; }
THREE int chosen(int a, int b, int c) __attribute__((ifunc("choose")));
int main(int argc, char **argv) { return abs(atoi("-7")) + chosen(argc, 2, 3) - 328; }
END
    for binding in lazy now; do
      gcc_link $machine ${pic#* } main.o -Wl,-z,retpolineplt,-z,$binding -o program
      expect_status 0 ./program
      expect_status 0 env LD_BIND_NOW=1 ./program
      for section in .plt .plt.sec .iplt; do
        [[ $pic != *static* || $section == .iplt ]] || continue
        objdump -d -j $section program >code 2>/dev/null || continue
        expect_match 'pause' cat code
        expect_no_match 'jmp +\*|call +\*' cat code
      done
    done
  done
done

# Such code does not go with branch tracking and shadow stacks, whatever the objects claim.
compile marked.c -fPIE -fcf-protection <<<'int puts(const char *); int main(void) { return puts("marked") < 0; }'
gcc_link -pie -nostartfiles -Wl,-e,main marked.o -o program
expect_match 'x86 feature: IBT, SHSTK' readelf -nW program
gcc_link -pie -nostartfiles -Wl,-e,main,-z,retpolineplt marked.o -o program
expect_no_match 'x86 feature: .*(IBT|SHSTK)' readelf -nW program
for claim in ibt shstk ibtplt; do
  expect_fail "retpolineplt may not be used with" -- -shared -z retpolineplt -z $claim marked.o -o x
done
