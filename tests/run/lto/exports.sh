#!/usr/bin/env bash
# What version scripts and --exclude-libs keep inside is told to the compiler, and stays inside in what it makes. Of a
# group that code and intermediate code have, the first on the command line counts.
source "$(dirname "$0")/plugin.inc"

compile real.s <<'END'
	.globl	shown, kept, excluded, listed
shown:
kept:
excluded:
listed:	ret
END
intermediate a <<'END'
def default shown
def default kept
undef default excluded
END
intermediate member <<'END'
def default excluded
END
rm -f libmember.a
run ar rcS libmember.a member.ir.o
echo '{ global: shown; listed; excluded; local: *; };' >script
link -shared -plugin "$plugin" --plugin-opt=object=real.o --version-script=script a.ir.o --start-lib member.ir.o \
  --end-lib -o lib.so
expect_resolution a.ir.o shown PREVAILING_DEF_IRONLY_EXP
expect_resolution a.ir.o kept PREVAILING_DEF_IRONLY
expect_resolution member.ir.o excluded PREVAILING_DEF_IRONLY_EXP
expect_match ' excluded$' readelf -W --dyn-syms lib.so
expect_no_match ' kept$' readelf -W --dyn-syms lib.so
link -pie -e shown -plugin "$plugin" --plugin-opt=object=real.o --export-dynamic-symbol=kept a.ir.o member.ir.o -o program
expect_resolution a.ir.o kept PREVAILING_DEF_IRONLY_EXP
expect_resolution member.ir.o excluded PREVAILING_DEF_IRONLY

echo '{ global: shown; local *; };' >broken
expect_fail 'broken:1:' -- -shared -plugin "$plugin" --plugin-opt=object=real.o --version-script=broken a.ir.o -o lib.so \
  -m elf_x86_64

# In an archive of gcc's own: its name is not exported, although the compiler's object is no member.
compile caller.c -O2 -fPIC -flto <<<'int in_archive(void); int caller(void) { return in_archive() + 1; }'
compile callee.c -O2 -fPIC -flto <<<'__attribute__((noinline)) int in_archive(void) { return 41; }'
compile plain.c -O2 -fPIC <<<'int in_archive(void); int plain(void) { return in_archive(); }'
rm -f libcallee.a
run gcc-ar rc libcallee.a callee.o
for also in '' plain.o; do
  gcc_link -shared -O2 -flto caller.o $also -L. -lcallee -Wl,--exclude-libs,ALL -o libcaller.so
  expect_match ' caller$' readelf -W --dyn-syms libcaller.so
  expect_no_match ' in_archive$' readelf -W --dyn-syms libcaller.so
done

# The compiler's copy of an inline function counts if it comes first: the other one needs what is not there.
compile first.cc -O2 -flto <<'END'
void missing();
inline int both() { int x = -1; if ((x < 2 ? 2U : unsigned(x)) != 2) missing(); return 0; }
int (*second())();
int main() { return second() != both; }
END
compile second.cc -O0 -fno-lto <<'END'
void missing();
inline int both() { int x = -1; if ((x < 2 ? 2U : unsigned(x)) != 2) missing(); return 0; }
int (*second())() { return both; }
END
gxx_link -O2 -flto first.o second.o -o program
expect_status 0 ./program
gxx_link -O2 -flto second.o first.o -o program 2>messages && fail 'no error'
expect_match 'undefined symbol: missing\(\)' cat messages
