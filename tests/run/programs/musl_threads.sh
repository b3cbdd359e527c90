#!/usr/bin/env bash
# Threads and thread-local storage in musl, which sets up TLS from the program headers by itself.
source "$(dirname "$0")/../lib.sh"

compile threads.c -O2 <<'EOF'
#include <pthread.h>
#include <stdio.h>
static _Thread_local long counter = 40;
static _Thread_local char block[100] __attribute__((aligned(64)));
static void *work(void *unused) {
  for (int i = 0; i < 2; i++) counter++;
  return (void *)(counter + ((unsigned long)block & 63));
}
int main() {
  pthread_t threads[4];
  long sum = 0;
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, work, 0);
  for (int i = 0; i < 4; i++) { void *result; pthread_join(threads[i], &result); sum += (long)result; }
  printf("%ld %ld\n", sum, counter);
  return 0;
}
EOF
musl_link -static threads.o -o threads
expect_output '168 40' ./threads
