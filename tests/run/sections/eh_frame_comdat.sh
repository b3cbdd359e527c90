#!/usr/bin/env bash
# The FDEs of dropped COMDAT functions vanish with them; the FDEs of the kept ones still lead to the handlers.
source "$(dirname "$0")/../lib.sh"

for i in 1 2 3; do
  compile $i.cc -O1 <<EOF
inline __attribute__((noinline)) int catcher(int x) {
  try { if (x) throw x; } catch (int caught) { return caught + 10; }
  return 0;
}
int call$i(int x) { return catcher(x); }
EOF
done
compile main.cc <<<'int call1(int), call2(int), call3(int);
int main() { return call1(1) + call2(2) + call3(3) - 36; }'
gxx_link -static -Wl,--eh-frame-hdr main.o 1.o 2.o 3.o -o program
expect_status 0 ./program
start=$(symbol program _Z7catcheri)
expect_equal "$(readelf -wF program | grep -c "pc=${start#0x}\.\.")" 1
