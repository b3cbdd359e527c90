#!/usr/bin/env bash
# ld.so binds the same names to the same libraries as in GNU ld's output: functions, variables, copies, versions.
source "$(dirname "$0")/../lib.sh"

# bindings PROGRAM: who is bound to whom, without addresses and process numbers.
bindings() {
  LD_BIND_NOW=1 LD_DEBUG=bindings "$1" 2>&1 >/dev/null | sed -nE "s#^ *[0-9]+:[[:space:]]*(binding file .*)#\1#; s#\./[a-z]+ #PROGRAM #gp" | sort -u
}

for pic in '-fno-pic -no-pie' '-fPIE -pie'; do
  compile c.c ${pic% *} <<'E2'
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
extern char **environ;
static void *work(void *argument) { return argument; }
int main(int count, char **words) {
  pthread_t thread;
  pthread_create(&thread, 0, work, words);
  pthread_join(thread, 0);
  qsort(words, count, sizeof *words, (int (*)(const void *, const void *))strcmp);
  fprintf(stderr, "%f %d %p\n", sin(count), errno, (void *)environ);
  return 0;
}
E2
  compile cxx.cc ${pic% *} <<'E2'
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
int main() {
  std::map<std::string, int> numbers{{"a", 1}};
  try {
    throw std::runtime_error("x");
  } catch (const std::exception &error) {
    std::cout << error.what() << numbers.size() << std::endl;
  }
}
E2
  for object in c.o cxx.o; do
    for binding in lazy now; do
      gcc_link ${pic#* } $object -Wl,-z,$binding -lstdc++ -lm -o program
      g++ -fuse-ld=bfd ${pic#* } $object -Wl,-z,$binding -lm -o reference
      bindings ./program >found
      bindings ./reference >expected
      [[ -s expected ]] || fail 'ld.so says nothing'
      diff expected found
    done
  done
done
