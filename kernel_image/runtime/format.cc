// Formatted output: a small printf, without floating point.
#include <stdarg.h>

#include "kernel_image/runtime/console.h"
#include "kernel_image/runtime/include/xrt.h"

namespace xrt XRT_HIDDEN {

namespace {

struct Conversion {
  bool pads_with_zeros = false;
  unsigned width = 0;
  bool is_long = false;
  char kind = 0;
};

const char* read_conversion(const char* text, Conversion& conversion) {
  if (*text == '0') conversion.pads_with_zeros = true;
  for (; *text >= '0' && *text <= '9'; ++text)
    conversion.width = conversion.width * 10 + static_cast<unsigned>(*text - '0');
  for (; *text == 'l' || *text == 'z'; ++text) conversion.is_long = true;
  conversion.kind = *text;
  return *text == '\0' ? text : text + 1;
}

int write_padded(const char* text, unsigned length, const Conversion& conversion) {
  int written = 0;
  for (unsigned i = length; i < conversion.width; ++i, ++written)
    print_character(conversion.pads_with_zeros ? '0' : ' ');
  for (unsigned i = 0; i < length; ++i, ++written) print_character(text[i]);
  return written;
}

int write_number(uint64_t value, unsigned base, bool is_negative, const Conversion& conversion) {
  char digits[24];
  char* first = digits + sizeof(digits);
  do {
    const auto digit = static_cast<unsigned>(value % base);
    *--first = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= base;
  } while (value != 0);
  if (is_negative) *--first = '-';
  return write_padded(first, static_cast<unsigned>(digits + sizeof(digits) - first), conversion);
}

int write_text(const char* text, const Conversion& conversion) {
  if (text == nullptr) text = "(null)";
  unsigned length = 0;
  while (text[length] != '\0') ++length;
  return write_padded(text, length, conversion);
}

int convert(const Conversion& conversion, va_list& arguments) {
  switch (conversion.kind) {
    case 'd':
    case 'i': {
      const int64_t value = conversion.is_long ? va_arg(arguments, int64_t) : va_arg(arguments, int);
      const auto magnitude = static_cast<uint64_t>(value);
      return write_number(value < 0 ? 0 - magnitude : magnitude, 10, value < 0, conversion);
    }
    case 'u':
    case 'x': {
      const uint64_t value = conversion.is_long ? va_arg(arguments, uint64_t) : va_arg(arguments, unsigned);
      return write_number(value, conversion.kind == 'x' ? 16 : 10, false, conversion);
    }
    case 'p':
      print("0x");
      return 2 + write_number(reinterpret_cast<uint64_t>(va_arg(arguments, void*)), 16, false, conversion);
    case 's':
      return write_text(va_arg(arguments, const char*), conversion);
    case 'c': {
      const char character = static_cast<char>(va_arg(arguments, int));
      return write_padded(&character, 1, conversion);
    }
    default:
      print_character(conversion.kind);
      return 1;  // %%
  }
}

}  // namespace

}  // namespace xrt XRT_HIDDEN

int xrt_printf(const char* format, ...) {
  using namespace xrt;
  va_list arguments;
  va_start(arguments, format);
  int written = 0;
  while (*format != '\0') {
    if (*format != '%') {
      print_character(*format++);
      ++written;
      continue;
    }
    Conversion conversion;
    format = read_conversion(format + 1, conversion);
    if (conversion.kind != '\0') written += convert(conversion, arguments);
  }
  va_end(arguments);
  return written;
}
