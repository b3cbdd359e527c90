// Virtual memory: the tables through themselves, mappings, rights, and the accounts.
// boot: -M microvm -m 64M
// boot: -M pc -m 8G -cpu max
// > tables ok
// > mmap ok
// > reuse ok
// > hints ok
// > rights ok
// > errors ok
// > reservation ok
// > physical ok
// > accounts ok
#include <xrt.h>

static void check(int condition, const char *text) {
  if (!condition) xrt_panic(text);
}

static volatile uint64_t faults;
static volatile uint64_t fault_error;

/* Counts the fault and goes on at the address in RBX. */
static void count_fault(struct xrt_frame *frame) {
  ++faults;
  fault_error = frame->error;
  frame->rip = frame->rbx;
}

#define FAULTS(instruction, address)                                                       \
  ({                                                                                       \
    uint64_t before = faults;                                                              \
    asm volatile("leaq 1f(%%rip), %%rbx\n" instruction "\n1:" ::"a"(address) : "rbx", "rcx", "memory"); \
    faults - before;                                                                       \
  })
#define READ "movq (%%rax), %%rcx"
#define WRITE "movq $1, (%%rax)"
#define EXECUTE "jmpq *%%rax"

/* The addresses of the first runtime's page-table test. */
static void test_tables(void) {
  const uint64_t addresses[] = {0xc001d00d000, 0xfffffffffffff000, 0x1000, 0x313371000, 0x7f0000000000, 0x300000000};
  for (unsigned i = 0; i < sizeof(addresses) / sizeof(addresses[0]); ++i) {
    volatile uint64_t *page = (volatile uint64_t *)addresses[i];
    uint64_t frame = xrt_page_allocate();
    check(frame != 0 && frame % 4096 == 0, "no page");
    uint64_t *entry = xrt_page_entry((void *)page, 0);
    check(entry == 0 || *entry == 0, "something is mapped");
    check(FAULTS(READ, page) == 1 && (fault_error & 1) == 0, "an unmapped page can be read");
    entry = xrt_page_entry((void *)page, 1);
    check(entry != 0, "no entry");
    *entry = frame | 3;
    for (int word = 0; word < 512; ++word) check(page[word] == 0, "a new page is not zero");
    page[0] = page[256] = page[511] = 31337;
    *entry = frame | 1;
    asm volatile("invlpg (%0)" ::"r"(page) : "memory");
    check(FAULTS(WRITE, page) == 1 && (fault_error & 3) == 3, "a read-only page can be written");
    check(page[0] == 31337, "the page has changed");
    *entry = xrt_page_allocate() | 3; /* another frame at the same address */
    asm volatile("invlpg (%0)" ::"r"(page) : "memory");
    check(page[0] == 0, "the old page is still there");
    xrt_page_free(*entry & 0x000ffffffffff000);
    *entry = 0;
    asm volatile("invlpg (%0)" ::"r"(page) : "memory");
    xrt_page_free(frame);
  }
}

static void test_mmap(void) {
  char *const place = (char *)0xc001d00d000;
  const uint64_t before = xrt_memory_free();
  char *got = xrt_mmap(place, 100 * 4096, XRT_PROT_READ | XRT_PROT_WRITE, XRT_MAP_PRIVATE | XRT_MAP_ANONYMOUS);
  check(got == place, "mmap does not honour a free hint");
  for (int i = 0; i < 100 * 4096; i += 8) check(*(volatile uint64_t *)(got + i) == 0, "not zero");
  for (int i = 0; i < 100 * 4096; i += 8) *(volatile uint64_t *)(got + i) = 0xdead;
  check(before - xrt_memory_free() >= 100 * 4096, "100 pages cost less than 100 pages");
  check(xrt_munmap(got, 100 * 4096) == 0, "munmap");
  check(FAULTS(READ, got) == 1, "unmapped memory can be read");
  check(xrt_memory_free() >= before, "munmap does not give everything back");
}

static void test_reuse(void) {
  const uint64_t before = xrt_memory_free();
  for (int round = 0; round < 20; ++round) {
    volatile uint64_t *got = xrt_mmap((void *)0xc001d00d000, 1 << 20, 3, XRT_MAP_POPULATE);
    check(!xrt_failed((void *)got), "mmap");
    for (int i = 0; i < (1 << 20) / 8; i += 512) {
      check(got[i] == 0, "a used page is not zero");
      got[i] = ~0ul;
    }
    check(xrt_munmap((void *)got, 1 << 20) == 0, "munmap");
  }
  check(xrt_memory_free() == before, "rounds of mmap and munmap lose memory");
}

static void test_hints(void) {
  char *a = xrt_mmap((void *)0x20000000000, 8192, 3, 0);
  char *b = xrt_mmap(a, 4096, 3, 0);
  check(a == (char *)0x20000000000 && b != a && !xrt_failed(b), "a taken hint");
  *a = 1;
  check(xrt_mmap(a, 4096, 3, XRT_MAP_FIXED_NOREPLACE) == (void *)-XRT_EEXIST, "NOREPLACE replaces");
  check(xrt_mmap(a, 4096, 3, XRT_MAP_FIXED) == a && *a == 0, "FIXED does not replace");
  check(xrt_munmap(a, 4096) == 0 && FAULTS(READ, a) == 1 && FAULTS(READ, a + 4096) == 0, "half an unmap");
  check(xrt_munmap(a, 8192) == 0 && xrt_munmap(b, 1) == 0, "unmap with a hole");
}

static void test_rights(void) {
  char *page = xrt_mmap(0, 4096, XRT_PROT_READ | XRT_PROT_WRITE, 0);
  page[0] = (char)0xff, page[1] = (char)0xe3; /* jmp *%rbx */
  page[8] = 42;
  check(FAULTS(EXECUTE, page) == 1 && (fault_error & 16), "data can be executed");
  check(xrt_mprotect(page, 4096, XRT_PROT_READ | XRT_PROT_EXEC) == 0, "mprotect");
  check(FAULTS(EXECUTE, page) == 0, "code cannot be executed");
  check(FAULTS(WRITE, page) == 1, "code can be written");
  check(xrt_mprotect(page, 4096, XRT_PROT_NONE) == 0 && FAULTS(READ, page) == 1, "PROT_NONE can be read");
  check(xrt_mprotect(page, 4096, XRT_PROT_READ) == 0 && page[8] == 42, "mprotect loses the contents");
  check(FAULTS(WRITE, page) == 1, "PROT_READ can be written");
  xrt_munmap(page, 4096);
  check(FAULTS(READ, (void *)0) == 1, "null can be read");
  check(FAULTS(WRITE, (void *)test_rights) == 1, "the program's code can be written");
  check(FAULTS(WRITE, "text") == 1, "the program's constants can be written");
}

static void test_errors(void) {
  extern char __ehdr_start[];
  const void *invalid = (void *)-XRT_EINVAL;
  check(xrt_mmap(0, 0, 3, 0) == invalid, "size 0");
  check(xrt_mmap(0, 4096, 3, 0x40000000) == invalid, "unknown flag");
  check(xrt_mmap((void *)0x210000000000, 4096, 3, XRT_MAP_FIXED) == invalid, "the tables");
  check(xrt_mmap((void *)(-4096l), 8192, 3, XRT_MAP_FIXED) == invalid, "wraps");
  check(xrt_mmap(__ehdr_start, 4096, 3, XRT_MAP_FIXED) == invalid, "the image");
  check(xrt_munmap(__ehdr_start, 4096) == -XRT_EINVAL, "unmap the image");
  check(xrt_mprotect((void *)0x30000000000, 4096, 1) == -XRT_ENOMEM, "protect nothing");
  check(xrt_mmap(0, 1ul << 44, 3, 0) == (void *)-XRT_ENOMEM, "16 TiB");
}

/* A terabyte without rights costs the tables at its ends; parts of it become memory. */
static void test_reservation(void) {
  const uint64_t before = xrt_memory_free();
  char *range = xrt_mmap(0, 1ul << 40, XRT_PROT_NONE, 0);
  check(!xrt_failed(range) && before - xrt_memory_free() <= 6 * 4096, "a reservation costs memory");
  check(FAULTS(READ, range) == 1 && FAULTS(READ, range + (1ul << 39)) == 1, "a reservation can be read");
  char *middle = range + (1ul << 39) + 12345 * 4096ul;
  check(xrt_mprotect(middle, 3 * 4096, XRT_PROT_READ | XRT_PROT_WRITE) == 0, "commit");
  middle[0] = middle[3 * 4096 - 1] = 1;
  check(FAULTS(READ, middle - 1) == 1 && FAULTS(READ, middle + 3 * 4096) == 1, "too much was committed");
  check(xrt_mprotect(range, 1ul << 40, XRT_PROT_NONE) == 0 && FAULTS(READ, middle) == 1, "decommit");
  check(xrt_munmap(range, 1ul << 40) == 0 && xrt_memory_free() == before, "a reservation does not give back");
}

static void test_physical(void) {
  volatile uint32_t *apic = xrt_map_physical(0xfee00000, 4096);
  check(!xrt_failed((void *)apic) && (apic[0x30 / 4] & 0xff) >= 0x10, "no local APIC");
  check(xrt_physical_address((void *)apic) == 0xfee00000, "another address");
  const uint64_t before = xrt_memory_free();
  check(xrt_munmap((void *)apic, 4096) == 0, "unmap");
  check(xrt_memory_free() >= before, "device memory was freed");
  check(xrt_physical_address((void *)apic) == 0, "still there");
}

int main(void) {
  /* The first use of a range of addresses may leave tables; so every test runs once before accounts are made. */
  void (*const tests[])(void) = {test_tables, test_mmap,   test_reuse,       test_hints,
                                 test_rights, test_errors, test_reservation, test_physical};
  const char *const names[] = {"tables", "mmap", "reuse", "hints", "rights", "errors", "reservation", "physical"};
  xrt_set_trap_handler(14, count_fault);
  for (int i = 0; i < 8; ++i) {
    tests[i]();
    xrt_printf("%s ok\n", names[i]);
  }
  const uint64_t before = xrt_memory_free();
  for (int i = 0; i < 8; ++i) tests[i]();
  check(xrt_memory_free() == before, "memory was lost");
  xrt_printf("accounts ok\n");
  return 0;
}
