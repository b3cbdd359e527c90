// The second object, and a member of the archive.
int common_like;
static int table[100];
extern __thread long zeroed __attribute__((weak));
int helper(int x) {
  switch (x) {
    case 0: return table[1];
    case 1: return table[2] + x;
    case 2: return (int)zeroed;
    case 3: return common_like;
    case 4: return 7;
    case 5: return helper(x - 1);
    default: return table[x & 63];
  }
}
