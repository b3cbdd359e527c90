#!/usr/bin/env bash
# Options that LLVM's linkers have for link-time optimisation reach its plugin, before or behind -plugin.
# Only xld: other linkers have them for a compiler of their own.
source "$(dirname "$0")/../lib.sh"
CC=clang-19

compile main.c -O2 -flto=thin <<<'int helper(int); int main(int argc, char **argv) { return helper(argc) - 42; }'
compile helper.c -O2 -flto=thin <<<'int helper(int x) { return x + 41; }'
clang_link -flto=thin -static main.o helper.o -o program -Wl,--thinlto-cache-dir=cache \
  -Wl,--thinlto-cache-policy=cache_size_files=10 -Wl,--thinlto-jobs=1 -Wl,--lto-O1
expect_status 0 ./program
ls cache/llvmcache-* >cached
[[ $(wc -l <cached) == 2 ]] || fail "in the cache: $(<cached)"
clang_link -flto=thin -static main.o helper.o -o program -Wl,--opt-remarks-filename=remarks
ls remarks* >listed || fail 'there are no remarks'
clang_link -flto=thin -static main.o helper.o -o program -Wl,-mllvm,-no-such-option 2>messages && fail 'no error'
expect_match 'no-such-option' cat messages

# The plugin writes what is asked for, and there is nothing to link.
rm -f program
NO_VERIFY=1 run "$XLD" -plugin "$(dirname "$(readlink -f "$(command -v clang-19)")")/../lib/LLVMgold.so" \
  --thinlto-index-only=list --thinlto-emit-imports-files -e main main.o helper.o -o program
[[ ! -e program ]] || fail 'there is a program'
for file in main.o.thinlto.bc helper.o.thinlto.bc main.o.imports; do [[ -e $file ]] || fail "there is no $file"; done
expect_match 'main.o' cat list
compile whole.c -O2 -flto <<<'int main(void) { return 0; }'
run "$XLD" --lto-emit-llvm -plugin "$(dirname "$(readlink -f "$(command -v clang-19)")")/../lib/LLVMgold.so" -e main \
  whole.o -o program.bc
expect_match 'define .*main' llvm-dis-19 -o - program.bc

# Another compiler's plugin does not get them.
CC=gcc compile other.c -O2 -flto <<<'int main(void) { return 0; }'
gcc_link -flto other.o -Wl,--lto-O1 -o program 2>messages
expect_match "options for LLVM's plugin .* have no effect: the plugin is .*liblto_plugin" cat messages
