#!/usr/bin/env bash
# --tls-slot: two words beside the thread register that no thread-local variable overlaps, in every thread; the same object
# runs as a static program, with a loader, and for i386 from the other register.
# Only xld: the option is its own.
source "$(dirname "$0")/../lib.sh"

for machine in 64 32; do
  if [[ $machine = 64 ]]; then register=%fs ax=%rax di=%rdi; else register=%gs ax=%eax di=%eax; fi
  {
    echo '.globl set_slots, get_first, get_second'
    echo 'set_slots:'
    if [[ $machine = 64 ]]; then
      echo 'mov %rdi, %fs:runtime_g; mov %rsi, %fs:runtime_m; ret'
    else
      echo 'mov 4(%esp), %eax; mov %eax, %gs:runtime_g; mov 8(%esp), %ecx; mov %ecx, %gs:runtime_m; ret'
    fi
    echo "get_first: mov $register:runtime_g, $ax; ret"
    echo "get_second: mov $register:runtime_m, $ax; ret"
    echo '.section .note.GNU-stack, "", @progbits'
  } >slots.text
  compile slots.s -m$machine <slots.text
  compile main.c -m$machine -pthread -fno-pie <<'EOF'
#include <pthread.h>
#include <stdio.h>
void set_slots(long, long);
long get_first(void), get_second(void);
__thread int small = 1;
__thread long aligned __attribute__((aligned(64))) = 2;
__thread char large[1000];
static void *run(void *argument) {
  long number = (long)argument;
  for (int i = 0; i < 1000; i++) large[i] = 3;
  small += number, aligned += number;
  set_slots(number, -number);
  int bad = small != 1 + number || aligned != 2 + number || get_first() != number || get_second() != -number;
  for (int i = 0; i < 1000; i++) bad |= large[i] != 3;
  return (void *)(long)bad;
}
int main(void) {
  pthread_t threads[4];
  long bad = (long)run((void *)9L);
  for (long i = 0; i < 4; i++) pthread_create(&threads[i], 0, run, (void *)(i + 10));
  for (int i = 0; i < 4; i++) { void *result; pthread_join(threads[i], &result); bad |= (long)result; }
  bad |= get_first() != 9;
  puts(bad ? "bad" : "good");
}
EOF
  for kind in -static -no-pie; do
    gcc_link -m$machine $kind -pthread main.o slots.o -o program -Wl,--tls-slot=runtime_g,--tls-slot=runtime_m
    expect_output good ./program
  done
done
expect_fail '--tls-slot=x=2: must be SYMBOL' -- --tls-slot=x=2 slots.o -o x
