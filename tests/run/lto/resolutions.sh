#!/usr/bin/env bash
# What a plugin is told of the symbols of its files: who defines each, and who else can see it.
source "$(dirname "$0")/plugin.inc"

compile main.s <<'END'
	.include "exit.inc"
	.globl	_start, both, regular
_start:	call	used_by_main
	call	__wrap_wrapped
	exit	$0
both:
regular:
	.section .text.group,"axG",@progbits,grouped_by_main,comdat
	.globl	grouped_by_main
grouped_by_main:
END
compile real.s <<'END'
	.globl	used_by_main, __wrap_wrapped
used_by_main:
__wrap_wrapped: ret
END
intermediate a <<'END'
def default used_by_main
def default private
def hidden hidden
weakdef default both
weakdef default weak_here
common default shared_common
undef default private_of_b
undef default regular
undef default wrapped
weakundef default nobody
def default grouped_by_main grouped_by_main
def default grouped_by_a grouped_by_a
def default asked_for
END
intermediate b <<'END'
def default private_of_b
weakdef default weak_here
common default shared_common
def default grouped_by_a grouped_by_a
def default __wrap_wrapped
undef default from_member
END
intermediate member <<'END'
def default from_member
END
intermediate unwanted <<'END'
def default nobody_wants_this
END
link -u asked_for --wrap=wrapped -plugin "$plugin" --plugin-opt=object=real.o main.o a.ir.o b.ir.o --start-lib \
  member.ir.o unwanted.ir.o --end-lib -o program
expect_status 0 ./program
expect_resolution a.ir.o used_by_main PREVAILING_DEF
expect_resolution a.ir.o private PREVAILING_DEF_IRONLY
expect_resolution a.ir.o both PREEMPTED_REG
expect_resolution a.ir.o weak_here PREVAILING_DEF_IRONLY
expect_resolution b.ir.o weak_here PREEMPTED_IR
expect_resolution a.ir.o private_of_b RESOLVED_IR
expect_resolution a.ir.o regular RESOLVED_EXEC
expect_resolution a.ir.o wrapped RESOLVED_IR
expect_resolution b.ir.o __wrap_wrapped PREVAILING_DEF
expect_resolution a.ir.o nobody UNDEF
expect_resolution a.ir.o grouped_by_main PREEMPTED_REG
expect_resolution a.ir.o grouped_by_a PREVAILING_DEF_IRONLY
expect_resolution b.ir.o grouped_by_a PREEMPTED_IR
expect_resolution a.ir.o asked_for PREVAILING_DEF
expect_resolution member.ir.o from_member PREVAILING_DEF_IRONLY
expect_resolution unwanted.ir.o is not linked
expect_resolution wrapped wrapped
expect_equal "$(<cleaned-up)" once

# Before version 3, files that are not linked look preempted.
link -u asked_for --wrap=wrapped -plugin "$plugin" --plugin-opt=version=1 --plugin-opt object=real.o main.o a.ir.o \
  b.ir.o --start-lib member.ir.o unwanted.ir.o --end-lib -o program
expect_resolution unwanted.ir.o nobody_wants_this PREEMPTED_REG
