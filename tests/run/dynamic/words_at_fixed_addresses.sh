#!/usr/bin/env bash
# In a program at a fixed address, a word for a library's function or variable is a number if code needs a stub or a copy
# for the address anyway, as with GNU ld; other words are left to the loader, and all modules agree on the addresses.
source "$(dirname "$0")/../lib.sh"

compile library.c -fPIC <<'END'
int shown = 7, unseen = 8;
int called(void) { return 1; }
int listed(void) { return 2; }
int *where_shown(void) { return &shown; }
int (*where_called(void))(void) { return called; }
END
compile program.c -fno-pic <<'END'
extern int shown, unseen;
int called(void), listed(void);
int *where_shown(void);
int (*where_called(void))(void);
int *variables[] = {&shown, &unseen, &shown + 1};
int (*functions[])(void) = {called, listed};
int main(void) {
  int (*volatile code)(void) = called;
  if (code != functions[0] || code != where_called() || functions[0]() != 1 || functions[1]() != 2) return 1;
  return &shown != variables[0] || variables[0] != where_shown() || shown != 7 || *variables[1] != 8 ||
         variables[2] != variables[0] + 1;
}
END
gcc_link -shared library.o -o liblibrary.so
for flags in '' -Wl,-z,now; do
  gcc_link -no-pie $flags program.o -L. -llibrary -Wl,-rpath,"$PWD" -o program
  expect_status 0 ./program
  readelf -rW program >relocations
  expect_equal "$(awk '$3 == "R_X86_64_64" { print $5 }' relocations | sort)" $'listed\nunseen'
  expect_equal "$(awk '$3 == "R_X86_64_COPY" { print $5 }' relocations)" shown
done
