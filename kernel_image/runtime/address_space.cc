// From the loader's address space to the kernel's own: the last steps before the runtime runs where it is linked.
//
// The code up to the change of tables runs at physical addresses, in the first 4 GiB, which map to themselves. The new
// tables hold the image with the rights its segments ask for, and the mapping of the tables themselves; page 0 and
// everything else is absent.
#include "kernel_image/runtime/address_space.h"

#include "kernel_image/runtime/console.h"
#include "kernel_image/runtime/fault.h"
#include "kernel_image/runtime/frames.h"
#include "kernel_image/runtime/image.h"
#include "kernel_image/runtime/paging.h"
#include "kernel_image/runtime/start_info.h"

extern "C" {
XRT_HIDDEN extern uint64_t xrt_boot_tables[];  // start.S; the first of them is the top table
XRT_HIDDEN extern uint64_t xrt_kernel_pml4[];
XRT_HIDDEN void xrt_build_address_space(const xrt::StartInfo* info);
}

namespace xrt XRT_HIDDEN {

BootFacts boot_facts;

namespace {

constexpr uint64_t kTable = kPresent | kWritable;

uint64_t page_of(uint64_t address) {
  return address & ~(kPageSize - 1);
}

uint64_t entry_for(const Segment& segment, uint64_t page) {
  uint64_t entry = (page - segment.address + segment.physical) | kPresent;
  if (segment.flags & Segment::Write) entry |= kWritable;
  if (!(segment.flags & Segment::Execute)) entry |= kNoExecute;
  return without_missing_bits(entry);
}

// A page that two segments share gets the rights of both.
uint64_t combine(uint64_t a, uint64_t b) {
  return ((a | b) & ~kNoExecute) | (a & b & kNoExecute);
}

void map_segment(const Segment& segment) {
  for (uint64_t page = page_of(segment.address); page < segment.address + segment.size; page += kPageSize) {
    uint64_t* entry = find_page_entry(page, true);
    if (entry == nullptr) end_without_memory();
    *entry = *entry == 0 ? entry_for(segment, page) : combine(*entry, entry_for(segment, page));
  }
}

// The code of start.S that changes the tables, if the image is linked elsewhere, is needed at both addresses for a
// moment: two pages at most.
void map_crossing() {
  const Segment& first = *find_segment(Segment::Load);
  if (first.address == first.physical) return;
  boot_facts.crossing = page_of(reinterpret_cast<uint64_t>(&xrt_change_tables));
  for (unsigned i = 0; i < BootFacts::kCrossingPages; ++i) {
    const uint64_t page = boot_facts.crossing + i * kPageSize;
    uint64_t* entry = find_page_entry(page, true);
    if (entry == nullptr) end_without_memory();
    boot_facts.crossed[i] = *entry;
    *entry = page | kPresent;
  }
}

void copy_command_line(uint64_t physical) {
  if (physical == 0) return;
  const auto* text = reinterpret_cast<const char*>(physical);
  for (unsigned i = 0; i + 1 < sizeof(boot_facts.command_line) && text[i] != '\0'; ++i)
    boot_facts.command_line[i] = text[i];
}

void copy_modules(const StartInfo& info) {
  const auto* modules = reinterpret_cast<const BootModule*>(info.modules);
  for (uint32_t i = 0; i < info.module_count && i < BootFacts::kMaxModules; ++i) {
    boot_facts.modules[i] = {modules[i].address, modules[i].size};
    ++boot_facts.module_count;
  }
}

}  // namespace

void undo_crossing() {
  if (boot_facts.crossing == 0) return;
  for (unsigned i = 0; i < BootFacts::kCrossingPages; ++i) {
    const uint64_t page = boot_facts.crossing + i * kPageSize;
    *find_page_entry(page, false) = boot_facts.crossed[i];
    forget_translation(page);
  }
}

void seal_read_only_data() {
  const Segment* segment = find_segment(Segment::ReadOnlyAfterStart);
  if (segment == nullptr) return;
  for (uint64_t page = (segment->address + kPageSize - 1) & ~(kPageSize - 1);
       page + kPageSize <= segment->address + segment->size; page += kPageSize) {
    *find_page_entry(page, false) &= ~kWritable;
    forget_translation(page);
  }
}

}  // namespace xrt XRT_HIDDEN

void xrt_build_address_space(const xrt::StartInfo* info) {
  using namespace xrt;
  start_console();
  if (info->magic != StartInfo::kMagic || info->version == 0)
    end_with_message("the loader left no hvm_start_info with a memory map", XRT_EXIT_PANIC);
  if ((info->memory_map | info->modules | info->command_line) >> 32 != 0)
    end_with_message("what the loader tells is above 4 GiB, out of reach", XRT_EXIT_PANIC);
  copy_command_line(info->command_line);
  copy_modules(*info);
  boot_facts.acpi_root = info->acpi_root;
  collect_usable_memory(*info);
  // The loader's top table borrows these two entries, so the new tables are already where they will be seen.
  const auto top = reinterpret_cast<uint64_t>(xrt_kernel_pml4);
  xrt_kernel_pml4[kRecursiveSlot] = top | kTable;
  xrt_boot_tables[kRecursiveSlot] = top | kTable;
  for (const Segment& segment : segments())
    if (segment.type == Segment::Load) map_segment(segment);
  map_crossing();
}
