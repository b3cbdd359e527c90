// A 16550 at COM1 (its data sheet: registers and their bits), and the colour text buffer of VGA.
#include "kernel_image/runtime/console.h"

#include "kernel_image/runtime/include/xrt.h"
#include "kernel_image/runtime/screen.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint16_t kCom1 = 0x3f8;
constexpr uint16_t kLineStatus = kCom1 + 5;
constexpr uint8_t kCanWrite = 0x20;

// A port without a device reads as ones; a device that never gets ready must not stop the kernel either.
constexpr int kPatience = 100000;

void write_serial(char character) {
  for (int i = 0; i < kPatience && !(read_port8(kLineStatus) & kCanWrite); ++i) {
  }
  write_port8(kCom1, static_cast<uint8_t>(character));
}

}  // namespace

void start_console() {
  constexpr struct {
    uint16_t port;
    uint8_t value;
  } kWrites[] = {
      {kCom1 + 1, 0x00},                     // no interrupts
      {kCom1 + 3, 0x80},                     // the next two bytes are the divisor
      {kCom1 + 0, 0x01},                     // 115200 baud
      {kCom1 + 1, 0x00}, {kCom1 + 3, 0x03},  // 8 bits, no parity, one stop bit
      {kCom1 + 2, 0xc7},                     // FIFOs on and empty
      {kCom1 + 4, 0x03},                     // DTR, RTS
  };
  for (const auto& write : kWrites) write_port8(write.port, write.value);
}

void print_character(char character) {
  if (character == '\n') write_serial('\r');
  write_serial(character);
  write_screen(character);
}

void print(const char* text) {
  while (*text != '\0') print_character(*text++);
}

void print_hex(uint64_t value, unsigned digits) {
  for (unsigned i = digits; i-- > 0;) {
    const unsigned digit = value >> (4 * i) & 0xf;
    print_character(static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10));
  }
}

void print_decimal(uint64_t value) {
  if (value >= 10) print_decimal(value / 10);
  print_character(static_cast<char>('0' + value % 10));
}

}  // namespace xrt XRT_HIDDEN

long xrt_write(int descriptor, const void* bytes, size_t size) {
  if (descriptor != 1 && descriptor != 2) return -XRT_EBADF;
  const auto* text = static_cast<const char*>(bytes);
  for (size_t i = 0; i < size; ++i) xrt::print_character(text[i]);
  return static_cast<long>(size);
}
