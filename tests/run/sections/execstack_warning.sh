#!/usr/bin/env bash
# .note.GNU-stack: an object without it, among others that have it, makes the stack executable, and so does one that asks
# for it. Both are warned of, unless --no-warn-execstack; -z execstack only with --warn-execstack. As GNU ld does, but for
# inputs that all lack the section (they get a stack that is not executable, and not whatever the kernel thinks best), and
# for objects without code, which are not asked.
# Only xld: these two cases.
source "$(dirname "$0")/../lib.sh"

echo '.globl _start; _start: ret' | as -o silent.o
echo '.section .note.GNU-stack,"",@progbits' | as -o quiet.o
echo '.section .note.GNU-stack,"x",@progbits' | as -o asking.o
echo data >data

# check FLAGS WARNING ARGUMENT…: WARNING is a regular expression; - for no warning.
check() {
  local flags=$1 warning=$2
  shift 2
  run "$XLD" "$@" -o program 2>messages
  expect_equal "$(segment program GNU_STACK flags)" "$flags"
  if [[ $warning == - ]]; then
    expect_equal "$(cat messages)" ''
  else
    grep -qE "$warning" messages || fail "no '$warning' in: $(cat messages)"
  fi
}
missing='warning: silent.o: .*(no|missing) .note.GNU-stack'
asks='warning: asking.o: .*executable stack'
check RW - silent.o
check RWE "$missing" silent.o quiet.o
check RWE "$missing" quiet.o silent.o --warn-execstack
check RWE - quiet.o silent.o --no-warn-execstack
check RW - quiet.o silent.o -z noexecstack
check RWE "$asks" quiet.o silent.o asking.o
check RWE - silent.o quiet.o -z execstack
check RWE 'warning: .*-z execstack' silent.o quiet.o -z execstack --warn-execstack
echo '.globl _start; _start: ret; .section .note.GNU-stack,"",@progbits' | as -o silent.o
check RW - silent.o -b binary data
as -o data.o <<<'.data; .globl d; d: .long 1'
check RW - silent.o data.o
expect_fail 'executable stack' -- silent.o asking.o --fatal-warnings -o program
