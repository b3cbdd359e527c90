#!/usr/bin/env bash
# An empty archive, an archive of no symbols, and an archive that is not needed at all change nothing.
source "$(dirname "$0")/../lib.sh"

compile main.c <<<'int main() { return 0; }'
echo '	.section .note.GNU-stack,"",@progbits' | as -o nothing.o
run ar rcs empty.a
run ar rcs nothing.a nothing.o
printf '!<arch>\n' >magic_only.a
gcc_link -static main.o empty.a nothing.a magic_only.a -o program
expect_status 0 ./program
