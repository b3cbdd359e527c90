#!/usr/bin/env bash
# A library with two versions of a function: programs get the version they were linked with, also from a later library.
source "$(dirname "$0")/../lib.sh"

cat >old.map <<'EOF'
V1 { global: answer; shared_value; local: *; };
EOF
cat >new.map <<'EOF'
V1 { global: answer; shared_value; local: *; };
V2 { global: answer; extern "C++" { "ns::twice(int)"; }; } V1;
EOF
compile old.c -fPIC <<'EOF'
int shared_value = 5;
int helper(void) { return 1; }
int answer(void) { return helper(); }
EOF
compile new.cc -fPIC <<'EOF'
namespace ns { int twice(int x) { return 2 * x; } int thrice(int x) { return 3 * x; } }
extern "C" {
int shared_value = 6;
int answer_1(void) { return 1; }
int answer_2(void) { return 2; }
__asm__(".symver answer_1, answer@V1");
__asm__(".symver answer_2, answer@@V2");
}
EOF
compile user.c <<'EOF'
int answer(void);
int main(void) { return answer(); }
EOF
compile first.c <<'EOF'
int answer_first(void);
__asm__(".symver answer_first, answer@V1");
int answer(void);
int main(void) { return answer_first() * 10 + answer(); }
EOF
compile second.c <<'EOF'
int answer_second(void);
__asm__(".symver answer_second, answer@V2");
int main(void) { return answer_second(); }
EOF

mkdir old new
gcc_link -shared old.o -o old/liba.so -Wl,-soname,liba.so,--version-script=old.map
gcc_link -shared new.o -o new/liba.so -Wl,-soname,liba.so,--version-script=new.map
dynamic_symbols() { llvm-readelf-19 --dyn-symbols "$1" | awk '$7 != "UND" {print $8}' | sort | tr '\n' ' '; }
[[ $(dynamic_symbols old/liba.so) == *"answer@@V1 shared_value@@V1 " ]] || fail "exports of the old library"
[[ $(dynamic_symbols old/liba.so) != *helper* ]] || fail "local: * lets helper out"
[[ $(dynamic_symbols new/liba.so) == *"_ZN2ns5twiceEi@@V2 answer@@V2 answer@V1 shared_value@@V1 " ]] ||
  fail "exports of the new library: $(dynamic_symbols new/liba.so)"
llvm-readelf-19 --version-info new/liba.so | grep 'Parent 1: V1\|Name: V2' >/dev/null || fail "no definition of V2"

gcc_link user.o -o program old/liba.so
expect_status 1 env LD_LIBRARY_PATH=old ./program
expect_status 1 env LD_LIBRARY_PATH=new LD_BIND_NOW=1 ./program
gcc_link user.o -o program new/liba.so
expect_status 2 env LD_LIBRARY_PATH=new ./program
gcc_link first.o -o program new/liba.so
expect_status 12 env LD_LIBRARY_PATH=new ./program
# The default version by its full name.
gcc_link second.o -o program new/liba.so
expect_status 2 env LD_LIBRARY_PATH=new ./program
expect_status 1 env LD_LIBRARY_PATH=old ./program # the loader finds no V2

echo 'V1 { global: answer; nowhere; };' >unknown.map
gcc_link -shared old.o -o liba.so -Wl,--version-script=unknown.map
if "$XLD" -shared old.o -o liba.so --version-script=unknown.map --no-undefined-version 2>messages; then
  fail "--no-undefined-version says nothing"
fi
grep -q 'unknown.map:1: nowhere is named by version V1' messages || fail "$(cat messages)"
