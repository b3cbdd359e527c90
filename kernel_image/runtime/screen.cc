// Cells of two bytes, character and colour, at physical address 0xb8000; the cursor is two registers of the CRTC.
#include "kernel_image/runtime/screen.h"

#include "kernel_image/runtime/paging.h"

namespace xrt XRT_HIDDEN {

namespace {

constexpr uint64_t kBuffer = 0xb8000;
constexpr unsigned kColumns = 80;
constexpr unsigned kRows = 25;
constexpr uint16_t kGreyOnBlack = 0x0700;
constexpr uint16_t kBlank = kGreyOnBlack | ' ';

volatile uint16_t* cells;  // null without a screen
unsigned position;

// A port without a device reads as ones.
bool is_there() {
  constexpr uint16_t kMiscellaneousOutput = 0x3cc;
  return read_port8(kMiscellaneousOutput) != 0xff;
}

void clear(unsigned from, unsigned to) {
  constexpr uint32_t kTwoBlanks = kBlank << 16 | kBlank;
  const volatile uint16_t* place = cells + from;
  uint64_t count = (to - from) / 2;
  asm volatile("rep stosl" : "+D"(place), "+c"(count) : "a"(kTwoBlanks) : "memory");
}

void move_cursor() {
  constexpr uint16_t kIndex = 0x3d4;
  write_port16(kIndex, static_cast<uint16_t>(0x0e | (position >> 8) << 8));
  write_port16(kIndex, static_cast<uint16_t>(0x0f | position << 8));
}

void scroll() {
  for (unsigned i = 0; i < kColumns * (kRows - 1); ++i) cells[i] = cells[i + kColumns];
  clear(kColumns * (kRows - 1), kColumns * kRows);
  position -= kColumns;
}

}  // namespace

void start_screen() {
  if (!is_there() || !map_page(kBuffer, kBuffer | kWritable | kNoExecute | kUncached)) return;
  cells = reinterpret_cast<volatile uint16_t*>(kBuffer);
  clear(0, kColumns * kRows);
}

void write_screen(char character) {
  if (cells == nullptr) return;
  if (character == '\n')
    position += kColumns - position % kColumns;
  else if (character == '\r')
    position -= position % kColumns;
  else
    cells[position++] = kGreyOnBlack | static_cast<uint8_t>(character);
  if (position == kColumns * kRows) scroll();
  move_cursor();
}

}  // namespace xrt XRT_HIDDEN
