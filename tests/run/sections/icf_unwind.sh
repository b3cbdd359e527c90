#!/usr/bin/env bash
# Functions with equal code but different exception tables are not folded.
source "$(dirname "$0")/../lib.sh"

compile a.cc -O1 -ffunction-sections -fno-pie -fno-ipa-icf <<'EOF'
#include <cstdio>
void thrower(int x) { if (x) throw x; }
__attribute__((noinline)) int first(int x) { try { thrower(x); } catch (int) { return 1; } return 0; }
__attribute__((noinline)) int second(int x) { try { thrower(x); } catch (long) { return 1; } return 0; }
int main() {
  int result = first(1) * 10;
  try { result += second(1); } catch (int) { result += 5; }
  std::printf("%d\n", result);
}
EOF
gxx_link -static -no-pie -Wl,--icf=all a.o -o program
expect_output 15 ./program
