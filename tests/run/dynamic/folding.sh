#!/usr/bin/env bash
# --icf=all: two callers of equal functions are not equal if another module's function may be preferred to one of them.
# Only xld: see above.
source "$(dirname "$0")/../lib.sh"

compile a.c -ffunction-sections -fPIC <<'EOF'
void local_one(void) {}
__attribute__((visibility("hidden"))) void hidden(void) { local_one(); }
void global_one(void) {}
void calls_hidden(void) { hidden(); }
void calls_global(void) { global_one(); }
EOF
link -shared --icf=all --print-icf-sections a.o -o a.so >folded
expect_no_match 'calls_hidden|calls_global' cat folded
