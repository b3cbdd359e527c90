/* The test kernel: looks at what the boot protocol gave it and at its own bytes, and says so on the serial port. Returns
   what is written to QEMU's debug-exit device: 0x10 if all is well. */
#include <stdint.h>

struct start_info {
  uint32_t magic, version, flags, module_count;
  uint64_t modules, command_line, rsdp, map;
  uint32_t map_count, reserved;
};
struct map_entry {
  uint64_t address, size;
  uint32_t type, reserved;
};

extern const char __image_load_start[], __image_load_end[], __image_memory_end[], __image_size[], __image_sectors[];
extern const char __image_entry[], __image_virtual_offset[];
extern const uint32_t __image_crc32;
void _start(void);

/* Several pages with contents, in constants and in data, and memory that has to be zero. */
#define PATTERN(i) (uint32_t)((i)*2654435761u ^ 0x5bd1e995u)
#define ROW(i) PATTERN(i), PATTERN(i + 1), PATTERN(i + 2), PATTERN(i + 3)
#define ROWS(i) ROW(i), ROW(i + 4), ROW(i + 8), ROW(i + 12)
#define TABLE(i) ROWS(i), ROWS(i + 16), ROWS(i + 32), ROWS(i + 48)
const uint32_t constants[] = {[0 ... 4095] = 7, TABLE(4096)};
uint32_t variables[] = {[0 ... 8191] = 9, TABLE(8192)};
uint32_t zeros[3000];

static void put(char c) { __asm__ volatile("outb %0, %1" ::"a"(c), "d"((uint16_t)0x3f8)); }
static void print(const char *text) {
  while (*text) put(*text++);
}

static int failures;
static void check(const char *what, int is_right) {
  if (is_right) return;
  failures++;
  print("WRONG: "), print(what), put('\n');
}

static int has_pattern(const uint32_t *table, uint32_t first, uint32_t filler) {
  for (uint32_t i = 0; i < first; i++)
    if (table[i] != filler) return 0;
  for (uint32_t i = 0; i < 64; i++)
    if (table[first + i] != PATTERN(first + i)) return 0;
  return 1;
}

static int covers_image(const struct start_info *info) {
  const struct map_entry *map = (const void *)info->map;
  for (uint32_t i = 0; i < info->map_count; i++)
    if (map[i].type == 1 && map[i].address <= (uint64_t)__image_load_start &&
        map[i].address + map[i].size >= (uint64_t)__image_memory_end)
      return 1;
  return 0;
}

static uint64_t usable_memory(const struct start_info *info) {
  const struct map_entry *map = (const void *)info->map;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < info->map_count; i++) sum += map[i].type == 1 ? map[i].size : 0;
  return sum;
}

static uint32_t crc_table[256];

static uint32_t crc_of(uint32_t crc, const char *byte, const char *end) {
  for (; byte < end; byte++) crc = crc >> 8 ^ crc_table[(crc ^ (uint8_t)*byte) & 0xff];
  return crc;
}

/* Of all that was loaded, the word with the sum itself taken as zeros. */
static uint32_t image_crc(void) {
  for (uint32_t i = 0; i < 256; i++) {
    crc_table[i] = i;
    for (int bit = 0; bit < 8; bit++) crc_table[i] = crc_table[i] >> 1 ^ (crc_table[i] & 1 ? 0xedb88320 : 0);
  }
  const char *start = __image_load_start + (uint64_t)__image_virtual_offset;
  const char *end = __image_load_end + (uint64_t)__image_virtual_offset;
  const char *word = (const char *)&__image_crc32;
  uint32_t crc = crc_of(~0u, start, word);
  static const char zeros_for_word[4];
  crc = crc_of(crc, zeros_for_word, zeros_for_word + 4);
  return ~crc_of(crc, word + 4, end);
}

int kernel_main(const struct start_info *info) {
  check("checksum", image_crc() == __image_crc32);
  check("magic of the start information", info->magic == 0x336ec578);
  check("memory map", info->map != 0 && info->map_count >= 2 && info->map_count <= 128);
  check("the map covers the image", covers_image(info));
  check("amount of memory", usable_memory(info) > MEMORY * 3 / 4 && usable_memory(info) <= MEMORY);
  check("constants", has_pattern(constants, 4096, 7));
  check("data", has_pattern(variables, 8192, 9));
  for (int i = 0; i < 3000; i++) check("zero-filled memory", zeros[i] == 0);
  check("size", __image_load_start + (uint64_t)__image_size == __image_load_end);
  check("sectors", ((uint64_t)__image_size + 511) / 512 == (uint64_t)__image_sectors);
  check("entry", (uint64_t)__image_entry + (uint64_t)__image_virtual_offset == (uint64_t)&_start);
  print("the kernel runs");
  if (info->command_line && *(const char *)info->command_line)
    print(", command line "), print((const char *)info->command_line);
  put('\n');
  return failures ? 0x20 : 0x10;
}
