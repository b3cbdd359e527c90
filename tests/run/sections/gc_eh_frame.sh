#!/usr/bin/env bash
# A dead function's FDE goes away and keeps nothing alive; a live function's FDE keeps its LSDA and personality.
source "$(dirname "$0")/../lib.sh"

compile a.cc -O1 -ffunction-sections -fdata-sections <<'EOF'
#include <cstdio>
struct Noisy { ~Noisy() { std::puts("unwound"); } };
void thrower() { Noisy noisy; throw 5; }
void dead_function() { Noisy noisy; thrower(); }
int main() {
  try { thrower(); } catch (int number) { std::printf("%d\n", number); }
}
EOF
gxx_link -static -Wl,--gc-sections,--eh-frame-hdr a.o -o program
expect_output $'unwound\n5' ./program
expect_no_match 'dead_function' nm program
gxx_link -static a.o -o all
(($(section program .eh_frame size) < $(section all .eh_frame size))) || fail 'dead FDEs were kept'
