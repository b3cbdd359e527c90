#!/usr/bin/env bash
# Programs with more start files and sections: profiling, coverage, stack protector, OpenMP, 16-byte atomics.
source "$(dirname "$0")/../lib.sh"

compile profile.c -pg -fno-pie <<<'int main() { return 0; }'
gcc_link -static -no-pie -pg profile.o -o program
expect_status 0 ./program
compile coverage.c --coverage <<<'int main(int argc, char **argv) { return argc - 1; }'
gcc_link -static --coverage coverage.o -o program
expect_status 0 ./program
compile protect.c -fstack-protector-all -O0 <<<'int main() { char buffer[20]; buffer[3] = 0; return buffer[3]; }'
gcc_link -static protect.o -o program
expect_status 0 ./program
compile openmp.c -fopenmp <<'EOF'
int main() {
  int sum = 0;
#pragma omp parallel for reduction(+ : sum) num_threads(4)
  for (int i = 0; i < 100; i++) sum += i;
  return sum != 4950;
}
EOF
gcc_link -static -fopenmp openmp.o -o program
expect_status 0 ./program
compile atomic.c -mcx16 <<'EOF'
#include <stdatomic.h>
static _Atomic __int128 wide;
int main() { atomic_fetch_add(&wide, 3); return (int)atomic_load(&wide) - 3; }
EOF
gcc_link -static atomic.o -latomic -o program
expect_status 0 ./program
