// What is written to the console is on the text screen too, which scrolls.
// boot: -M pc -m 64M -vga std
// boot: -M q35 -m 64M -vga std
// > line 0
// > line 1
// > line 2
// > line 3
// > line 4
// > line 5
// > line 6
// > line 7
// > line 8
// > line 9
// > line 10
// > line 11
// > line 12
// > line 13
// > line 14
// > line 15
// > line 16
// > line 17
// > line 18
// > line 19
// > line 20
// > line 21
// > line 22
// > line 23
// > line 24
// > line 25
// > line 26
// > line 27
// > line 28
// > line 29
#include <xrt.h>

/* Whether a row of the screen is this text and nothing else, in grey on black. */
static int row_is(const volatile uint16_t *cells, int row, const char *text) {
  for (int column = 0; column < 80; ++column) {
    const char wanted = *text != '\0' ? *text++ : ' ';
    if (cells[row * 80 + column] != (0x0700 | (uint8_t)wanted)) return 0;
  }
  return 1;
}

int main(void) {
  for (int i = 0; i < 30; ++i) xrt_printf("line %d\n", i);
  const volatile uint16_t *cells = xrt_map_physical(0xb8000, 4000);
  return !(row_is(cells, 0, "line 6") && row_is(cells, 23, "line 29") && row_is(cells, 24, ""));
}
