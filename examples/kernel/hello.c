/* A program without an operating system: xld links it with the runtime for bare machines. */
#include <xrt.h>

int main(void) {
  static const char text[] = "hello from a machine without an operating system\n";
  return xrt_write(1, text, sizeof(text) - 1) == sizeof(text) - 1 ? 0 : 1;
}
