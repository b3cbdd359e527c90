#!/usr/bin/env bash
# What the compiled code calls is looked for in libraries again, in those the plugin names, too; but not in further files
# of intermediate code.
source "$(dirname "$0")/plugin.inc"

compile real.s <<'END'
	.include "exit.inc"
	.globl	_start
_start:	call	memcpy
	call	from_plugin
	exit	$0
END
compile memcpy.s <<'END'
	.globl	memcpy
memcpy:	ret
END
compile extra.s <<'END'
	.globl	from_plugin
from_plugin: ret
END
mkdir here
run ar rc liblate.a memcpy.o
run ar rc here/libextra.a extra.o
intermediate a <<'END'
def default _start
END
options=(-m elf_x86_64 -plugin "$plugin" --plugin-opt=path=here --plugin-opt=object=real.o)
link "${options[@]}" --plugin-opt=library=extra a.ir.o liblate.a -o program
expect_status 0 ./program

# The order of ranks: what is delivered stands where the intermediate code stood.
compile first.s <<<'.globl first; first: nop'
compile last.s <<<'.globl last; last: nop'
link "${options[@]}" --plugin-opt=library=extra first.o a.ir.o last.o liblate.a -o program
(($(symbol program first) < $(symbol program _start) && $(symbol program _start) < $(symbol program last))) ||
  fail "$(nm -n program)"

# Files may be added without any having been claimed.
link "${options[@]}" --plugin-opt=library=extra first.o liblate.a -o program
expect_status 0 ./program

intermediate memcpy <<'END'
def default memcpy
END
expect_fail 'memcpy.ir.o: is intermediate code \(-flto\), but memcpy is wanted only now' -- "${options[@]}" \
  --plugin-opt=library=extra a.ir.o --start-lib memcpy.ir.o --end-lib -o program
