#!/usr/bin/env bash
# --package-metadata makes a note that says of which package a program is.
source "$(dirname "$0")/../lib.sh"

compile a.c <<<'int main(void) { return 0; }'
gcc_link -static a.o -Wl,--package-metadata='{"name":"hello"}' -o program
expect_status 0 ./program
expect_match 'FDO .*0x00000015|FDO .*0x00000011' readelf -nW program
expect_match '"name":"hello"' strings program
expect_equal "$(section program .note.package type)" NOTE
expect_equal "$(contents program .note.package | cut -c1-32)" 04000000110000007e1afeca46444f00
