#!/usr/bin/env bash
# --use-android-relr-tags: packed relative relocations have the numbers that Android used first.
source "$(dirname "$0")/../lib.sh"

compile a.c -fPIC <<<'int x; int* places[3] = {&x, &x, &x}; __attribute__((visibility("hidden"))) int y; int* own[2] = {&y, &y};'
link -shared --pack-dyn-relocs=relr --use-android-relr-tags a.o -o a.so
expect_match 'ANDROID_RELR ' llvm-readobj-19 --dynamic-table a.so
expect_match 'ANDROID_RELRSZ' llvm-readobj-19 --dynamic-table a.so
expect_match 'SHT_ANDROID_RELR' llvm-readobj-19 -S a.so
expect_equal "$(llvm-readobj-19 -r a.so | grep -c R_X86_64_RELATIVE)" 2
link -shared --pack-dyn-relocs=relr a.o -o b.so
expect_no_match ANDROID llvm-readobj-19 -S --dynamic-table b.so
