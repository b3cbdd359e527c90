// The argument block, and the registers a program starts with. Arguments: "one", "two".
#include "kernel.h"

#ifdef OPENBSD
__attribute__((section(".openbsd.randomdata"))) static word random_words[4];
#endif

static int is_two(const char* text) {
  return text[0] == 't' && text[1] == 'w' && text[2] == 'o' && text[3] == 0;
}

void check(void) {
#if defined(FREEBSD) || defined(DRAGONFLY)
  CHECK(entry_stack % 16 == 8 && entry_stack < entry_rdi && entry_rdi - entry_stack < 32);
  const word* block = (word*)entry_rdi;
#else
  CHECK(entry_rdi == 0);
  const word* block = (word*)entry_stack;
#endif
  CHECK(block[0] == 3 && is_two((char*)block[3]) && block[4] == 0);
#ifdef NETBSD
  const word* strings = (word*)entry_rbx;  // struct ps_strings
  CHECK((word*)strings[0] == block + 1 && strings[1] == 3 && (word*)strings[2] == block + 5);
#endif
  const word* auxiliary = block + 5;
  while (*auxiliary) auxiliary++;
  word seen = 0;
  for (auxiliary++; *auxiliary; auxiliary += 2) {
    CHECK(*auxiliary >= 3 && *auxiliary <= 9);  // AT_PHDR to AT_ENTRY: Linux's others are gone
    seen |= 1ul << *auxiliary;
    if (*auxiliary == 6) CHECK(auxiliary[1] == 4096);
  }
  CHECK(seen == 0x3f8);
#ifdef OPENBSD
  CHECK(random_words[0] != 0 && random_words[0] != random_words[3]);
#endif
}
