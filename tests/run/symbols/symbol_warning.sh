#!/usr/bin/env bash
# .gnu.warning.SYMBOL: a text for those who use the symbol, from objects and from shared libraries.
source "$(dirname "$0")/../lib.sh"

compile old.c -fPIC <<'E2'
int old(void) { return 1; }
static const char warning[] __attribute__((used, section(".gnu.warning.old\n\t#"))) = "the function old is deprecated";
E2
compile main.c <<<'int old(void); int main(void) { return old(); }'
compile other.c <<<'int main(void) { return 1; }'
gcc_link -shared old.o -o libold.so
for provider in old.o libold.so; do
  gcc_link main.o $provider -Wl,-rpath,. -o program 2>messages
  expect_status 1 ./program
  expect_match 'the function old is deprecated' cat messages
  gcc_link other.o $provider -Wl,-rpath,. -o program 2>messages
  expect_no_match 'deprecated' cat messages
done
expect_no_section program .gnu.warning.old

# It may as well be data that would be loaded.
compile bad.c <<<'void bad(void) {} static const char warning[] __attribute__((used, section(".gnu.warning.bad"))) = "bad idea";'
compile user.c <<<'void bad(void); int main(void) { bad(); return 1; }'
gcc_link user.o bad.o -o program 2>messages
expect_status 1 ./program
expect_match 'bad idea' cat messages
expect_no_section program .gnu.warning.bad
