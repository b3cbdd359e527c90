// One walk over the entries of a range, and the changes that can be made on the way.
#include "kernel_image/runtime/mapping.h"

#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/frames.h"
#include "kernel_image/runtime/include/xrt.h"

namespace xrt XRT_HIDDEN {

namespace {

// Bits that the CPU leaves to us.
constexpr uint64_t kManaged = 1 << 9;                // the addresses are taken
constexpr uint64_t kAccessible = 1 << 10;            // the program may touch them
constexpr uint64_t kOwnsFrame = 1 << 11;             // the entry has a frame of the allocator's, present or not
constexpr uint64_t kUnpromised = uint64_t{1} << 52;  // a touch takes a frame if there is one

constexpr int kEntries = 512;

// What an operation does to the entries of its range that are not tables.
struct Change {
  // The new value of an entry that stands for `pages` pages.
  uint64_t (*entry)(uint64_t old, uint64_t pages, Change& change);
  uint64_t bits = 0;
  bool is_page_by_page = false;  // tables are made down to the last level
  bool frees_tables = false;     // tables that end up empty are given back
  uint64_t count = 0;            // for operations that only count
};

bool is_table(uint64_t entry, int level) {
  return level > 1 && (entry & kPresent);
}

// A touch of this page needs a frame.
bool is_touchable(uint64_t entry) {
  return (entry & (kManaged | kAccessible | kOwnsFrame | kPresent)) == (kManaged | kAccessible);
}

// The frame it needs is promised.
bool is_promise(uint64_t entry) {
  return is_touchable(entry) && !(entry & kUnpromised);
}

uint64_t span_of(int level) {
  return kPageSize * pages_at_level(level);
}

uint64_t* first_entry_below(int level, uint64_t address) {
  return entry_at(level - 1, address & ~(span_of(level) - 1));
}

// The only place where an entry changes: what it promises or owns is counted here.
void set_entry(int level, uint64_t* entry, uint64_t address, uint64_t value) {
  const uint64_t old = *entry;
  if (is_promise(old)) frame_counts.promised -= pages_at_level(level);
  if (is_promise(value)) frame_counts.promised += pages_at_level(level);
  *entry = value;
  if (old & kPresent) forget_translation(address);
  if ((old & kOwnsFrame) && !(value & kOwnsFrame)) give_frame(old & kFrameBits);
}

// A table in the place of one entry; all of its entries say what the one said.
bool split_entry(int level, uint64_t* entry, uint64_t address) {
  const uint64_t mark = *entry;
  const uint64_t table = take_frame();
  if (table == kNoFrame) return false;
  *entry = table | kPresent | kWritable;
  uint64_t* first = first_entry_below(level, address);
  if (mark != 0)
    for (int i = 0; i < kEntries; ++i) first[i] = mark;
  return true;
}

void free_table_if_empty(int level, uint64_t* entry, uint64_t address) {
  uint64_t* first = first_entry_below(level, address);
  for (int i = 0; i < kEntries; ++i)
    if (first[i] != 0) return;
  const uint64_t table = *entry & kFrameBits;
  *entry = 0;
  forget_translation(reinterpret_cast<uint64_t>(first));
  give_frame(table);
}

// True if the entry was all there is to do at this address.
bool change_entry(int level, uint64_t* entry, uint64_t address, uint64_t size, Change& change) {
  if (level > 1 && change.is_page_by_page) return false;
  const uint64_t old = *entry;
  const uint64_t value = change.entry(old, size / kPageSize, change);
  if (value == old) return true;
  if (size != span_of(level)) return false;
  set_entry(level, entry, address, value);
  return true;
}

// Applies a change to [start, end), which is below one table. False if there was no memory for a table.
bool walk(int level, uint64_t start, uint64_t end, Change& change) {
  const uint64_t span = span_of(level);
  uint64_t* entry = entry_at(level, start);
  for (uint64_t address = start, next; address < end; address = next, ++entry) {
    next = (address & ~(span - 1)) + span;
    if (next > end) next = end;
    if (!is_table(*entry, level)) {
      if (change_entry(level, entry, address, next - address, change)) continue;
      if (!split_entry(level, entry, address)) return false;
    }
    if (!walk(level - 1, address, next, change)) return false;
    if (change.frees_tables) free_table_if_empty(level, entry, address);
  }
  return true;
}

bool walk_range(uint64_t start, uint64_t pages, Change& change) {
  return walk(kTopLevel, start, start + pages * kPageSize, change);
}

// ---- what is done to an entry

uint64_t count_taken(uint64_t old, uint64_t pages, Change& change) {
  if (old != 0) change.count += pages;
  return old;
}

uint64_t count_unmanaged(uint64_t old, uint64_t pages, Change& change) {
  if (old != 0 && !(old & kManaged)) change.count += pages;
  return old;
}

uint64_t count_free(uint64_t old, uint64_t pages, Change& change) {
  if (old == 0) change.count += pages;
  return old;
}

uint64_t count_unpromised(uint64_t old, uint64_t pages, Change& change) {
  if ((old & (kManaged | kAccessible | kOwnsFrame | kPresent | kUnpromised)) == kManaged) change.count += pages;
  return old;
}

uint64_t set_bits(uint64_t, uint64_t, Change& change) {
  return change.bits;
}

uint64_t clear(uint64_t, uint64_t, Change&) {
  return 0;
}

uint64_t set_rights(uint64_t old, uint64_t, Change& change) {
  constexpr uint64_t kRightsBits = kPresent | kWritable | kNoExecute | kAccessible;
  const bool is_present = (old & kFrameBits) && (change.bits & kAccessible);
  return (old & ~kRightsBits) | without_missing_bits(change.bits) | (is_present ? kPresent : 0);
}

// Counts the pages for which there is no frame.
uint64_t fill(uint64_t old, uint64_t, Change& change) {
  if (!is_touchable(old)) return old;
  const uint64_t frame = is_promise(old) ? take_promised_frame() : take_frame();
  if (frame != kNoFrame) return old | frame | kOwnsFrame | kPresent;
  ++change.count;
  return old;
}

// ---- helpers of the operations

uint64_t bits_of(Rights rights) {
  return without_missing_bits((rights.is_accessible ? kAccessible : 0) | (rights.is_writable ? kWritable : 0) |
                              (rights.is_executable ? 0 : kNoExecute));
}

uint64_t count_pages(uint64_t start, uint64_t pages, decltype(Change::entry) what) {
  Change change = {.entry = what};
  walk_range(start, pages, change);
  return change.count;
}

// Whether so many pages and their tables can be promised. The tables are rather over-estimated.
bool has_room(uint64_t pages) {
  constexpr uint64_t kTablesAtTheEnds = 6;
  const uint64_t unpromised = frame_counts.free - frame_counts.promised;
  return pages == 0 || pages + pages / kEntries + kTablesAtTheEnds <= unpromised;
}

uint64_t find_empty_between(uint64_t low, uint64_t high, uint64_t size) {
  uint64_t run = low;
  for (uint64_t address = low, next; address < high; address = next) {
    int level = kTopLevel;
    while (is_table(*entry_at(level, address), level)) --level;
    next = (address & ~(span_of(level) - 1)) + span_of(level);
    if (*entry_at(level, address) != 0)
      run = next;
    else if (next - run >= size)
      return run + size <= high ? run : 0;
  }
  return 0;
}

}  // namespace

uint64_t find_empty(AddressRange& range, uint64_t pages) {
  InterruptLock lock;
  const uint64_t size = pages * kPageSize;
  if (pages == 0 || pages > (range.high - range.low) / kPageSize) return 0;
  uint64_t found = find_empty_between(range.next, range.high, size);
  if (found == 0) found = find_empty_between(range.low, range.high, size);
  if (found != 0) range.next = found + size;
  return found;
}

int map_zeros(uint64_t start, uint64_t pages, Rights rights, Backing backing) {
  InterruptLock lock;
  if (count_pages(start, pages, count_taken) != 0) return -XRT_EEXIST;
  const bool is_promised = backing == Backing::Promised;
  if (rights.is_accessible && is_promised && !has_room(pages)) return -XRT_ENOMEM;
  const uint64_t bits = kManaged | (is_promised ? 0 : kUnpromised) | bits_of(rights);
  Change change = {.entry = set_bits, .bits = bits, .is_page_by_page = rights.is_accessible};
  if (walk_range(start, pages, change)) return 0;
  unmap_range(start, pages);
  return -XRT_ENOMEM;
}

int map_physical(uint64_t start, uint64_t pages, uint64_t physical, uint64_t bits) {
  InterruptLock lock;
  if (count_pages(start, pages, count_taken) != 0) return -XRT_EEXIST;
  for (uint64_t i = 0; i < pages; ++i) {
    if (map_page(start + i * kPageSize, (physical + i * kPageSize) | kManaged | kAccessible | bits)) continue;
    unmap_range(start, pages);
    return -XRT_ENOMEM;
  }
  return 0;
}

int unmap_range(uint64_t start, uint64_t pages) {
  InterruptLock lock;
  if (count_pages(start, pages, count_unmanaged) != 0) return -XRT_EINVAL;
  Change change = {.entry = clear, .frees_tables = true};
  return walk_range(start, pages, change) ? 0 : -XRT_ENOMEM;
}

int protect_range(uint64_t start, uint64_t pages, Rights rights) {
  InterruptLock lock;
  if (count_pages(start, pages, count_free) != 0) return -XRT_ENOMEM;
  if (rights.is_accessible && !has_room(count_pages(start, pages, count_unpromised))) return -XRT_ENOMEM;
  Change change = {.entry = set_rights, .bits = bits_of(rights), .is_page_by_page = rights.is_accessible};
  return walk_range(start, pages, change) ? 0 : -XRT_ENOMEM;
}

bool touch_range(uint64_t start, uint64_t pages) {
  InterruptLock lock;
  Change change = {.entry = fill};  // accessible ranges have all their tables
  walk_range(start, pages, change);
  return change.count == 0;
}

bool fill_touched_page(uint64_t address, uint64_t error) {
  constexpr uint64_t kWasPresent = 1 << 0;
  if (error & kWasPresent) return false;
  uint64_t* entry = find_page_entry(address, false);
  if (entry == nullptr || !is_touchable(*entry)) return false;
  if (!touch_range(address & ~(kPageSize - 1), 1)) end_without_memory();
  return true;
}

}  // namespace xrt XRT_HIDDEN
