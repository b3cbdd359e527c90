// Strings, characters and locales: errno, the rune table, functions with a locale of their own, BSD string functions.
#include <cctype>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <cwctype>
#include <locale.h>
#include <malloc.h>

#include "tests/macho_run/darwin.h"
#include "tests/macho_run/host.h"
#include "tests/macho_run/report.h"

namespace macho_run {

namespace {

// _RuneLocale of <runetype.h>, as far as inline functions look.
struct RuneTable {
  char magic[8] = "RuneMag", encoding[32] = "NONE";
  void* functions[2] = {};
  int32_t invalid = 0xfffd;
  uint32_t types[256] = {};
  int32_t lower[256] = {}, upper[256] = {};
  uint8_t rest[256] = {};
};

enum RuneBit : uint32_t {
  kAlpha = 0x100,
  kControl = 0x200,
  kDigit = 0x400,
  kGraph = 0x800,
  kLower = 0x1000,
  kPunctuation = 0x2000,
  kSpace = 0x4000,
  kUpper = 0x8000,
  kHexDigit = 0x10000,
  kBlank = 0x20000,
  kPrint = 0x40000,
};

uint32_t rune_type(int c) {
  if (c < 0 || c > 127) return 0;
  uint32_t type = 0;
  const auto add = [&](int is, uint32_t bit) { type |= is ? bit : 0; };
  add(std::isalpha(c), kAlpha);
  add(std::iscntrl(c), kControl);
  add(std::isdigit(c), kDigit);
  add(std::isgraph(c), kGraph);
  add(std::islower(c), kLower);
  add(std::ispunct(c), kPunctuation);
  add(std::isspace(c), kSpace);
  add(std::isupper(c), kUpper);
  add(std::isxdigit(c), kHexDigit);
  add(std::isblank(c), kBlank);
  add(std::isprint(c), kPrint);
  return type;
}

RuneTable runes;
RuneTable* current_runes = &runes;

[[gnu::constructor]] void fill_runes() {
  for (int c = 0; c < 256; c++) {
    runes.types[c] = rune_type(c);
    runes.lower[c] = c < 128 ? std::tolower(c) : c;
    runes.upper[c] = c < 128 ? std::toupper(c) : c;
  }
}

int mask_rune(int c, unsigned long mask) {
  return static_cast<int>(rune_type(c) & mask);
}
int mask_rune_l(int c, unsigned long mask, void*) {
  return mask_rune(c, mask);
}
int is_type(int c, unsigned long mask) {
  return mask_rune(c, mask) != 0;
}
int lower(int c) {
  return static_cast<int>(std::towlower(static_cast<wint_t>(c)));
}
int upper(int c) {
  return static_cast<int>(std::towupper(static_cast<wint_t>(c)));
}
int lower_l(int c, void*) {
  return lower(c);
}
int upper_l(int c, void*) {
  return upper(c);
}

int maximum_bytes() {
  return static_cast<int>(MB_CUR_MAX);
}
int maximum_bytes_l(void*) {
  return maximum_bytes();
}

// There is one locale, "C": programs under test compare their output with a file.
char* set_locale(int, const char* name) {
  static char c_locale[] = "C";
  return !name || !*name || !std::strcmp(name, "C") || !std::strcmp(name, "POSIX") ? c_locale : nullptr;
}
void* new_locale(int, const char* name, void*) {
  return set_locale(0, name) ? newlocale(LC_ALL_MASK, "C", nullptr) : nullptr;
}
lconv* locale_conventions(void*) {
  return localeconv();
}

wint_t byte_to_wide_l(int c, void*) {
  return std::btowc(c);
}
int wide_to_byte_l(wint_t c, void*) {
  return std::wctob(c);
}
size_t to_wide_l(wchar_t* to, const char* from, size_t size, mbstate_t* state, void*) {
  return std::mbrtowc(to, from, size, state);
}
size_t from_wide_l(char* to, wchar_t from, mbstate_t* state, void*) {
  return std::wcrtomb(to, from, state);
}
size_t length_l(const char* from, size_t size, mbstate_t* state, void*) {
  return std::mbrlen(from, size, state);
}
int one_to_wide_l(wchar_t* to, const char* from, size_t size, void*) {
  return std::mbtowc(to, from, size);
}
size_t strings_to_wide_l(wchar_t* to, const char** from, size_t bytes, size_t size, mbstate_t* state, void*) {
  return mbsnrtowcs(to, from, bytes, size, state);
}
size_t strings_from_wide_l(char* to, const wchar_t** from, size_t characters, size_t size, mbstate_t* state, void*) {
  return wcsnrtombs(to, from, characters, size, state);
}
size_t string_to_wide_l(wchar_t* to, const char** from, size_t size, mbstate_t* state, void*) {
  return std::mbsrtowcs(to, from, size, state);
}

char* describe_error(int number) {
  return std::strerror(host_error(number));
}
int describe_error_in(int number, char* to, size_t size) {
  std::snprintf(to, size, "%s", std::strerror(host_error(number)));
  return 0;
}

size_t copy_string(char* to, const char* from, size_t size) {
  const size_t length = std::strlen(from);
  if (size != 0) {
    const size_t taken = length < size ? length : size - 1;
    std::memcpy(to, from, taken);
    to[taken] = 0;
  }
  return length;
}
size_t append_string(char* to, const char* from, size_t size) {
  const size_t used = strnlen(to, size);
  return used + (used == size ? std::strlen(from) : copy_string(to + used, from, size - used));
}
char* find_in(const char* text, const char* wanted, size_t size) {
  return static_cast<char*>(memmem(text, strnlen(text, size), wanted, std::strlen(wanted)));
}

// Fortified functions whose host twin has another name or none.
size_t copy_string_chk(char* to, const char* from, size_t size, size_t) {
  return copy_string(to, from, size);
}
size_t append_string_chk(char* to, const char* from, size_t size, size_t) {
  return append_string(to, from, size);
}

template <size_t Size>
void fill_with_pattern(void* to, const void* pattern, size_t size) {
  auto* bytes = static_cast<char*>(to);
  for (size_t at = 0; at < size; at++) bytes[at] = static_cast<const char*>(pattern)[at % Size];
}
void zero(void* to, size_t size) {
  std::memset(to, 0, size);
}

[[noreturn]] void assertion_failed(const char* function, const char* file, int line, const char* condition) {
  std::fflush(stdout);
  std::fprintf(stderr, "Assertion failed: (%s), function %s, file %s, line %d.\n", condition, function, file, line);
  std::abort();
}

void* default_zone() {
  static int the_zone;
  return &the_zone;
}
void* zone_allocate(void*, size_t size) {
  return std::malloc(size);
}
void* zone_clear_allocate(void*, size_t count, size_t size) {
  return std::calloc(count, size);
}
void* zone_resize(void*, void* old, size_t size) {
  return std::realloc(old, size);
}
void zone_free(void*, void* old) {
  std::free(old);
}
void zone_name(void*, const char*) {}
size_t allocated_size(void* block) {
  return malloc_usable_size(block);
}
size_t good_size(size_t size) {
  return (size + 15) & ~size_t{15};
}

#if defined(__i386__)
// On Linux size_t is an unsigned int on i386, on Darwin an unsigned long: their mangled names differ.
void* allocate(size_t size) {
  return ::operator new(size);
}
#endif

int compare_on_stack(const void* a, const void* b, void* context) {
  return reinterpret_cast<int (*)(const void*, const void*)>(context)(a, b);
}
void sort(void* first, size_t count, size_t size, int (*compare)(const void*, const void*)) {
  qsort_r(first, count, size, compare_on_stack, reinterpret_cast<void*>(compare));
}
int sort_in_place(void* first, size_t count, size_t size, int (*compare)(const void*, const void*)) {
  sort(first, count, size, compare);
  return 0;
}

const HostSymbol kShims[] = {
    {"__error", darwin_errno},
    {"strerror", describe_error},
    {"strerror_r", describe_error_in},
    {"_DefaultRuneLocale", &runes, HostKind::Data},
    {"_CurrentRuneLocale", &current_runes, HostKind::Data},
    {"__maskrune", mask_rune},
    {"___runetype", rune_type},
    {"__maskrune_l", mask_rune_l},
    {"___runetype_l", rune_type},
    {"__istype", is_type},
    {"__tolower", lower},
    {"__toupper", upper},
    {"___tolower", lower},
    {"___toupper", upper},
    {"___tolower_l", lower_l},
    {"___toupper_l", upper_l},
    {"___mb_cur_max", maximum_bytes},
    {"___mb_cur_max_l", maximum_bytes_l},
    {"setlocale", set_locale},
    {"newlocale", new_locale},
    {"localeconv_l", locale_conventions},
    {"btowc_l", byte_to_wide_l},
    {"wctob_l", wide_to_byte_l},
    {"mbrtowc_l", to_wide_l},
    {"wcrtomb_l", from_wide_l},
    {"mbrlen_l", length_l},
    {"mbtowc_l", one_to_wide_l},
    {"mbsnrtowcs_l", strings_to_wide_l},
    {"wcsnrtombs_l", strings_from_wide_l},
    {"mbsrtowcs_l", string_to_wide_l},
    {"strlcpy", copy_string},
    {"strlcat", append_string},
    {"strnstr", find_in},
    {"__strlcpy_chk", copy_string_chk},
    {"__strlcat_chk", append_string_chk},
    {"memset_pattern4", fill_with_pattern<4>},
    {"memset_pattern8", fill_with_pattern<8>},
    {"memset_pattern16", fill_with_pattern<16>},
    {"__bzero", zero},
    {"__assert_rtn", assertion_failed},
    {"malloc_default_zone", default_zone},
    {"malloc_zone_malloc", zone_allocate},
    {"malloc_zone_calloc", zone_clear_allocate},
    {"malloc_zone_realloc", zone_resize},
    {"malloc_zone_free", zone_free},
    {"malloc_create_zone", default_zone},
    {"malloc_set_zone_name", zone_name},
    {"malloc_size", allocated_size},
    {"malloc_good_size", good_size},
    {"heapsort", sort_in_place},
    {"mergesort", sort_in_place},
#if defined(__i386__)
    {"_Znwm", allocate},
    {"_Znam", allocate},
#endif
};

}  // namespace

HostSymbols text_shims() {
  return kShims;
}

}  // namespace macho_run
