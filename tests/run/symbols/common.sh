#!/usr/bin/env bash
# Common symbols get the largest size and the strictest alignment; a real definition wins over them.
source "$(dirname "$0")/../lib.sh"

for machine in -m64 -m32; do
  compile a.c -fcommon $machine <<<'char buffer[10]; int number; int defined;'
  compile b.c -fcommon $machine <<<'char buffer[1000]; long long number __attribute__((aligned(256))); int defined = 7;'
  compile main.c -fcommon $machine <<'EOF'
extern char buffer[];
extern int number, defined;
int main() { buffer[999] = 1; return defined + number + ((unsigned long)&number & 255); }
EOF
  for order in 'a.o b.o' 'b.o a.o'; do
    gcc_link -static $machine main.o $order -o program
    expect_status 7 ./program
    expect_match ' 1000 OBJECT +GLOBAL +DEFAULT +[0-9]+ buffer$' readelf -sW program
    expect_match ' [bB] number$' nm program
  done
done
