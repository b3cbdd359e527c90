/* Says what the loader handed over: the command line, a file, and how much memory there is. */
#include <xrt.h>

int main(void) {
  size_t size = 0;
  const unsigned char *file = xrt_module(0, &size);
  xrt_printf("%s, %lu MiB", xrt_command_line(), xrt_memory_total() >> 20);
  if (file) xrt_printf(", %zu bytes that begin with %02x%02x", size, file[0], file[1]);
  xrt_write(1, "\n", 1);
  return 0;
}
