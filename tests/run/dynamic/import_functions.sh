#!/usr/bin/env bash
# --dynimport of functions: the library is not there when the program is linked, the local name may be another one, a
# version is asked for if it is given. A function has one address in all modules.
# Only xld: other linkers have no such option.
source "$(dirname "$0")/../lib.sh"

cat >main.text <<'SOURCE'
extern int say(const char *, ...);
extern int thrice(int);
extern int (*address_in_library(void))(int);
int (*table[])(int) = {thrice};
int main(int argc, char **argv) {
  (void)argv;
  int (*here)(int) = argc == 1 ? thrice : 0;
  return say("%d %d %d\n", here(14), here == table[0], here == address_in_library()) - 7;
}
SOURCE
cat >library.text <<'SOURCE'
int triple(int x) { return 3 * x; }
int (*address(void))(int) { return triple; }
SOURCE
compile library.c -fPIC <library.text
gcc_link -shared -Wl,-soname,libown.so library.o -o libown.so
mkdir elsewhere
mv libown.so elsewhere

imports=(-Xlinker --dynimport=thrice=triple,libown.so -Xlinker --dynimport=address_in_library=address,libown.so)
for mode in "-fno-pie -no-pie" "-fPIE -pie" "-fPIC -fno-plt -pie" "-fPIE -pie -Wl,-z,now" "-fno-pie -no-pie -m32"; do
  version=GLIBC_2.2.5
  [[ $mode != *-m32* ]] || version=GLIBC_2.0
  if [[ $mode == *-m32* ]]; then
    compile library32.c -fPIC -m32 <library.text
    gcc_link -m32 -shared -Wl,-soname,libown.so library32.o -o elsewhere/libown.so
  fi
  compile main.c ${mode//-*pie/} ${mode%% *} -O1 <main.text
  gcc_link ${mode#* } main.o -o main "${imports[@]}" -Xlinker "--dynimport=say=printf@$version,libc.so.6" \
    -Wl,-rpath,"$PWD/elsewhere"
  expect_output "42 1 1" ./main
  expect_match "NEEDED.*libown.so" readelf -dW main
  expect_match "FUNC .* UND (printf@$version|triple)( |$)" readelf --dyn-syms -W main
  expect_no_match ' say| thrice' readelf --dyn-syms -W main
  expect_equal "$(readelf -dW main | grep -c 'NEEDED.*libc.so.6')" 1
  expect_equal "$(readelf -VW main | grep -c 'File: libc.so.6')" 1
done

# In a library of its own, and two names of one function.
compile user.c -fPIC <<<'extern int thrice(int), again(int); int use(int x) { return thrice(x) + (thrice == again); }'
gcc_link -m64 -shared user.o -o libuser.so -Xlinker --dynimport=thrice=triple,libown.so \
  -Xlinker --dynimport=again=triple,libown.so -Wl,-rpath,"$PWD/elsewhere"
gcc_link -shared -Wl,-soname,libown.so library.o -o elsewhere/libown.so
compile caller.c <<<'extern int use(int); int main(void) { return use(5) != 16; }'
gcc_link caller.o libuser.so -Wl,-rpath,"$PWD" -o caller
expect_output '' ./caller
