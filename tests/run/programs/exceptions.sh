#!/usr/bin/env bash
# Exceptions thrown in one object and caught in another: .eh_frame, .gcc_except_table and type_info across objects.
source "$(dirname "$0")/../lib.sh"

for mode in '-m64 -static' '-m32 -static' '-m64 -static-pie -fPIE'; do
  compile thrower.cc -O1 $mode <<'EOF'
#include <stdexcept>
struct Custom { int code; };
struct Guard { int *count; ~Guard() { ++*count; } };
void thrower(int kind, int *count) {
  Guard guard{count};
  if (kind == 0) throw Custom{42};
  if (kind == 1) throw std::runtime_error("text");
  throw kind;
}
EOF
  compile main.cc -O1 $mode <<'EOF'
#include <stdexcept>
#include <cstdio>
struct Custom { int code; };
void thrower(int kind, int *count);
int main() {
  int unwound = 0;
  try { thrower(0, &unwound); } catch (Custom &custom) { std::printf("%d ", custom.code); }
  try { thrower(1, &unwound); } catch (std::exception &error) { std::printf("%s ", error.what()); }
  try { try { thrower(2, &unwound); } catch (...) { throw; } } catch (int number) { std::printf("%d ", number); }
  std::printf("%d\n", unwound);
}
EOF
  gxx_link $mode main.o thrower.o -o program
  expect_output '42 text 2 3' ./program
done
