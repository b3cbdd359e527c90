#!/usr/bin/env bash
# Each version that an output defines is itself an absolute name in it, as with GNU ld: dpkg-gensymbols misses names of
# Debian's symbols files otherwise.
source "$(dirname "$0")/../lib.sh"

compile library.c -fPIC <<'END'
int one(void) { return 1; }
int two(void) { return 2; }
int inside(void) { return 3; }
END
echo 'V_1 { global: one; local: *; }; V_2 { global: two; } V_1;' >versions
gcc_link -shared library.o -Wl,--version-script=versions -o library.so
readelf --dyn-syms -W library.so >symbols
expect_equal "$(awk '$8 ~ /^V_/ { print $2, $4, $5, $6, $7, $8 }' symbols | sort)" \
  $'0000000000000000 OBJECT GLOBAL DEFAULT ABS V_1\n0000000000000000 OBJECT GLOBAL DEFAULT ABS V_2'
expect_no_match inside cat symbols

# A script without versions has no names.
echo '{ global: one; local: *; };' >exports
gcc_link -shared library.o -Wl,--version-script=exports -o exports.so
expect_no_match ' ABS ' readelf --dyn-syms -W exports.so
compile main.c <<'END'
int one(void);
int main(void) { return one() - 1; }
END
gcc_link main.o library.o -Wl,--version-script=versions -o program
expect_match ' ABS V_2$' readelf --dyn-syms -W program
expect_status 0 ./program
