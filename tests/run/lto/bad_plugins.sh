#!/usr/bin/env bash
# Plugins that fail, crash, lie, or call at the wrong time: an error that says so, and no output.
# Only xld: GNU ld crashes along with its plugin, and takes calls at the wrong time.
source "$(dirname "$0")/plugin.inc"

compile real.s <<'END'
	.globl	_start
_start:	ret
END
intermediate a <<'END'
def default _start
END

# fails_with REGEX HOW: the plugin goes wrong in one way.
fails_with() {
  expect_fail "$1" -- -plugin "$plugin" --plugin-opt="fail=$2" --plugin-opt=object=real.o a.ir.o -o program -m elf_x86_64
}
touch resolutions cleaned-up
fails_with 'plugin.so: could not start' onload
fails_with 'a.ir.o: the plugin cannot read this file' claim
fails_with 'plugin crashed \(Aborted\) while it was asked to look at a.ir.o' claim-crash
fails_with 'plugin ended with status 7 while it was asked to look at a.ir.o' claim-exit
fails_with 'plugin.so: no more of a.ir.o' claim-fatal
fails_with 'plugin.so: calls get_symbols, which is allowed only when all symbols are read' early-get-symbols
fails_with 'plugin.so: calls add_input_file, which is allowed only when' early-add-file
fails_with 'plugin.so: calls add_symbols, which is allowed only while it claims a file' late-add-symbols
fails_with 'plugin.so: reports that it could not compile' compile
fails_with 'plugin ended with status 0 while it was asked to compile' compile-exit
fails_with 'plugin crashed \(Segmentation fault\) while it was asked to compile' compile-crash
fails_with 'plugin.so: syntax error in a.ir.o' compile-error
expect_match 'warning: plugin.so: do not like a.ir.o' "$XLD" -plugin "$plugin" --plugin-opt=fail=claim-warning \
  --plugin-opt=object=real.o a.ir.o -o program -m elf_x86_64

# What it delivers is read like any other input.
delivers() {
  expect_fail "$1" -- -plugin "$plugin" --plugin-opt="$2" a.ir.o -o program -m elf_x86_64
}
head -c 200 real.o >short.o
echo text >text.o
printf 'BC\xc0\xde' >code.o
delivers 'cannot open missing.o' object=missing.o
delivers 'short.o: ' object=short.o
delivers 'text.o: ' object=text.o
delivers 'code.o: was delivered by a plugin, but' object=code.o
delivers 'unable to find library -lmissing' library=missing

expect_fail 'text.o: cannot be loaded' -- -plugin ./text.o a.ir.o -o program -m elf_x86_64
expect_fail 'libm.so.6: is no linker plugin' -- -plugin libm.so.6 a.ir.o -o program -m elf_x86_64
# A plugin that claims nothing is no mistake.
link -plugin "$plugin" real.o -o program
# Named twice, it is loaded once.
link -plugin "$plugin" -plugin "$plugin" --plugin-opt=object=real.o a.ir.o -o program 2>messages
expect_match 'duplicated plugin' cat messages
