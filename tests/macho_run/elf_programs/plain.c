// Compiled for Linux, linked to Mach-O: code and data of every CPU, i386 with its absolute addresses.
#include <stdio.h>
#include <string.h>

static int counter = 5;
int tentative;
int table[4] = {1, 2, 3, 4};
const char* names[] = {"zero", "one", "two"};

static int add(int x) { return x + counter; }
int (*volatile function)(int) = add;

__attribute__((constructor)) static void start(void) { counter++; }

int main(int count, char** arguments) {
  switch (count) {
    case 1:
      counter += 9;
      break;
    case 2:
      counter += 1;
      break;
    case 3:
      counter += 5;
      break;
    case 4:
      counter += 7;
      break;
    case 5:
      counter = 2;
  }
  printf("%d %s %d %s\n", function(table[count]), names[count], tentative, arguments[1]);
  return strcmp(names[1], "one") + 3;
}
