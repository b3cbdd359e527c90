#!/usr/bin/env bash
# Versioned names in static executables: foo@@V1 satisfies foo, as in libraries built for both kinds of linking.
source "$(dirname "$0")/../lib.sh"

compile a.s <<'EOF'
	.globl	_start
_start:	call	function
	mov	%eax, %edi
	mov	$60, %eax
	syscall
EOF
compile b.s <<'EOF'
	.symver	function_implementation, function@@VERSION_1
	.globl	function_implementation
function_implementation: mov $6, %eax
	ret
EOF
link a.o b.o -o program
expect_status 6 ./program
