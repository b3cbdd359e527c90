/* Names of a library that were not read from it: two by records in this object, the others by options. */
#include <xld/dynimport.h>

#define SYSTEM "/usr/lib/libSystem.B.dylib"
XLD_DYNIMPORT(say, printf, "", SYSTEM);
XLD_DYNIMPORT_POINTER(output, __stdoutp, "", SYSTEM);

extern int say(const char *, ...);
extern int compare(const char *, const char *), other_compare(const char *, const char *);
extern unsigned long length(const char *);
extern int print(void *, const char *, ...);
extern void **output, **same_output;
void ***where = &output;
int (*table[])(const char *, const char *) = {compare, other_compare};

int main(void) {
  say("%lu %d\n", length("four"), compare("a", "a"));
  print(*output, "%d %d\n", *output == *same_output, table[0] == table[1]);
  return where != &output;
}
