#!/usr/bin/env bash
# Runtime slots named by a note in the object: no option is needed, wherever the object comes from; notes that contradict
# each other, or ask for what the target lacks, are errors.
# Only xld: the note is its own.
include=$(realpath "$(dirname "$0")/../../../include")
source "$(dirname "$0")/../lib.sh"

for machine in 64 32; do
  compile slots.c -m$machine -O1 "-I$include" <<'EOF2'
#include <xld/slots.h>
XLD_RUNTIME_SLOT(runtime_g, 0)
XLD_RUNTIME_SLOT(runtime_m, 1)
void set_slots(void *g, void *m) { xld_store_slot(runtime_g, g); xld_store_slot(runtime_m, m); }
void *first(void) { return xld_load_slot(runtime_g); }
void *second(void) { return xld_load_slot(runtime_m); }
EOF2
  compile main.c -m$machine -O1 -fno-pie <<'EOF2'
#include <stdio.h>
void set_slots(void *, void *), *first(void), *second(void);
__thread long mine = 5;
int main(void) {
  set_slots((void *)3, (void *)4);
  printf("%ld %ld %ld\n", (long)first(), (long)second(), mine);
}
EOF2
  rm -f slots.a && run ar rc slots.a slots.o
  for input in slots.o slots.a; do
    gcc_link -m$machine -static main.o $input -o program
    expect_output '3 4 5' ./program
    expect_no_section program .xld.slots
  done
done

# In -r the note stays for the final link.
compile slots.S "-I$include" <<'EOF2'
#include <xld/slots.h>
XLD_RUNTIME_SLOT(g, 0)
.globl _start
_start: mov %fs:g, %rax; ret
.section .note.GNU-stack, "", @progbits
EOF2
NO_VERIFY=1 link -r slots.o -o joined.o
expect_match 'xld ' readelf -n joined.o
link joined.o -o program
expect_equal "$(disassemble program _start)" $'movq %fs:-0x10, %rax\nretq'

compile other.S "-I$include" <<<'#include <xld/slots.h>
XLD_RUNTIME_SLOT(g, 1)'
compile third.S "-I$include" <<<'#include <xld/slots.h>
XLD_RUNTIME_SLOT(g, 7)'
printf '.section .xld.slots, "e", @note\n.long 4, 3, 1\n.asciz "xld"\n' | compile damaged.s
expect_fail 'other.o: g is to be runtime slot 1, but slots.o says 0' -- slots.o other.o -o x
expect_fail 'third.o: g is to be runtime slot 7, but targets have 2' -- third.o -o x
expect_fail 'slots.o: g is to be runtime slot 0, but --tls-slot says 1' -- --tls-slot=g=1 slots.o -o x
expect_fail 'damaged.o: section .xld.slots .*extends past the end' -- damaged.o -o x
