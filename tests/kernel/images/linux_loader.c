/* A loader of the Linux 64-bit boot protocol (Documentation/arch/x86/boot.rst), as Firecracker is one and QEMU is not:
   a kernel that takes another from its first module, an ELF file or a bzImage, puts it where its headers say, and
   enters it with RSI -> boot_params. It gives what the protocol promises and no more: page tables that map the first
   GiB, and lie at the end of memory, above 4 GiB if there is any; memory full of garbage around the kernel; no stack.
 */
#include <stdint.h>

#define GARBAGE 0xaa
#define PAGE 4096ul
#define BOOT_PARAMS ((uint64_t)boot_params)

struct start_info {
  uint32_t magic, version, flags, module_count;
  uint64_t modules, command_line, rsdp, map;
  uint32_t map_count, reserved;
};
struct map_entry {
  uint64_t address, size;
  uint32_t type, reserved;
};
struct module {
  uint64_t address, size, command_line, reserved;
};

static uint64_t own_tables[10 * 512] __attribute__((aligned(4096)));
static uint8_t boot_params[PAGE] __attribute__((aligned(4096)));

static void copy(uint64_t to, uint64_t from, uint64_t size) {
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size)::"memory");
}
static void fill(uint64_t to, uint8_t value, uint64_t size) {
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
}
static uint16_t half(uint64_t address) {
  return *(volatile uint16_t*)address;
}
static uint32_t word(uint64_t address) {
  return *(volatile uint32_t*)address;
}
static uint64_t quad(uint64_t address) {
  return *(volatile uint64_t*)address;
}

/* So many GiB to themselves, in pages of 2 MiB; the tables are at `top`. */
static void map_to_itself(uint64_t top, unsigned gigabytes) {
  volatile uint64_t* table = (volatile uint64_t*)top;
  fill(top, 0, (2 + gigabytes) * PAGE);
  table[0] = (top + PAGE) | 3;
  for (unsigned i = 0; i < gigabytes; i++) table[512 + i] = (top + (2 + i) * PAGE) | 3;
  for (uint64_t i = 0; i < gigabytes * 512ul; i++) table[1024 + i] = i << 21 | 0x83;
}

/* ELF: segments at their physical addresses. Returns the entry. */
static uint64_t load_elf(uint64_t file) {
  const uint64_t table = file + quad(file + 32);
  for (uint64_t header = table; header < table + 56ul * half(file + 56); header += 56) {
    if (word(header) != 1) continue;
    copy(quad(header + 24), file + quad(header + 8), quad(header + 32));
    fill(quad(header + 24) + quad(header + 32), 0, quad(header + 40) - quad(header + 32));
  }
  return quad(file + 24);
}

/* bzImage: what follows the setup sectors goes to pref_address, and init_size bytes are the kernel's. */
static uint64_t load_bzimage(uint64_t file, uint64_t size) {
  const uint64_t setup = (*(volatile uint8_t*)(file + 0x1f1) + 1) * 512ul, address = quad(file + 0x258);
  if (!(half(file + 0x236) & 1)) return 0; /* no 64-bit entry */
  fill(address, GARBAGE, word(file + 0x260));
  copy(address, file + setup, size - setup);
  copy(BOOT_PARAMS + 0x1f1, file + 0x1f1, 0x202 + (half(file + 0x200) >> 8) - 0x1f1);
  return address + 0x200;
}

static void write32(uint64_t offset, uint64_t value) {
  *(volatile uint32_t*)(BOOT_PARAMS + offset) = (uint32_t)value;
}

static void fill_parameters(const struct start_info* info, const struct module* module) {
  const struct map_entry* map = (const void*)info->map;
  for (uint32_t i = 0; i < info->map_count; i++) copy(BOOT_PARAMS + 0x2d0 + i * 20, (uint64_t)&map[i], 20);
  *(volatile uint8_t*)(BOOT_PARAMS + 0x1e8) = (uint8_t)info->map_count;
  *(volatile uint64_t*)(BOOT_PARAMS + 0x70) = info->rsdp;
  write32(0x228, info->command_line);
  write32(0x218, module->address);
  write32(0x21c, module->size);
}

/* Room for so many pages at the end of memory, but not where the module is. */
static uint64_t last_pages(const struct start_info* info, const struct module* module, uint64_t pages) {
  const struct map_entry* map = (const void*)info->map;
  uint64_t end = 0;
  for (uint32_t i = 0; i < info->map_count; i++)
    if (map[i].type == 1 && map[i].address + map[i].size > end) end = map[i].address + map[i].size;
  const uint64_t start = (end - pages * PAGE) & -PAGE;
  return start < module->address + module->size ? (module->address - pages * PAGE) & -PAGE : start;
}

/* The selectors are those of the protocol: code 0x10, data 0x18. */
static void enter(uint64_t tables, uint64_t entry) {
  static const uint64_t segments[] = {0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff};
  const struct {
    uint16_t limit;
    const uint64_t* base;
  } __attribute__((packed)) pointer = {sizeof(segments) - 1, segments};
  __asm__ volatile(
      "lgdt %[pointer]\n"
      "mov %[tables], %%cr3\n"
      "mov %[data], %%ds\n mov %[data], %%es\n mov %[data], %%ss\n"
      "pushq $0x10\n"
      "leaq 1f(%%rip), %%rax\n"
      "pushq %%rax\n"
      "lretq\n"
      "1: xorl %%esp, %%esp\n"
      "movq $-1, %%rbx\n"
      "jmp *%[entry]\n" ::[pointer] "m"(pointer),
      [tables] "r"(tables), [data] "r"(0x18), [entry] "D"(entry), "S"(BOOT_PARAMS)
      : "rax", "rbx", "memory");
}

int kernel_main(const struct start_info* info) {
  const struct module* module = (const void*)info->modules;
  if (info->module_count != 1) return 0x31;
  map_to_itself((uint64_t)own_tables, 8);
  __asm__ volatile("mov %0, %%cr3" ::"r"(own_tables) : "memory");
  const uint64_t entry =
      word(module->address) == 0x464c457f ? load_elf(module->address) : load_bzimage(module->address, module->size);
  if (entry == 0) return 0x32;
  fill_parameters(info, module);
  const uint64_t tables = last_pages(info, module, 3);
  map_to_itself(tables, 1);
  enter(tables, entry);
  return 0x33;
}
