// A small C program for macOS with a thread-local variable; compiled without Apple's headers.
int printf(const char* format, ...);

_Thread_local int answer = 42;

int main(void) {
  printf("hello from Mach-O: %d\n", answer);
  return 0;
}
