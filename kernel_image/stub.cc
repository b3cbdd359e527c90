// See stub.h.
#include "kernel_image/stub.h"

#include <algorithm>

#include "kernel_image/boot/stubs.h"
#include "kernel_image/checksums.h"
#include "kernel_image/efi.h"

namespace xld::kernel_image {

namespace {

uint64_t entry_of(const Link& link, const ImageFacts&) {
  return physical_entry(link);
}
uint64_t start_of(const Link&, const ImageFacts& facts) {
  return facts.load_start;
}
uint64_t sectors_of(const Link&, const ImageFacts& facts) {
  return facts.sectors();
}
uint64_t size_of_image(const Link&, const ImageFacts& facts) {
  return facts.size();
}
uint64_t memory_size_of(const Link&, const ImageFacts& facts) {
  return facts.memory_end - facts.load_start;
}
uint64_t scratch_of(const Link&, const ImageFacts& facts) {
  return scratch_address(facts);
}

constexpr StubField kDiskFields[] = {
    {xld_boot_disk_sectors, 4, sectors_of},
    {xld_boot_disk_address, 4, start_of},
    {xld_boot_disk_entry, 4, entry_of},
};
constexpr StubField kLoadedFields[] = {
    {xld_boot_loaded_scratch, 4, scratch_of},
    {xld_boot_loaded_scratch64, 4, scratch_of},
    {xld_boot_loaded_entry, 4, entry_of},
};
constexpr StubField kSetupFields[] = {
    {xld_boot_setup_payload_paragraphs, 4,
     [](const Link&, const ImageFacts& facts) {
       return align_up(facts.size() + ChecksumChunk::kSize, ImageFacts::kParagraphSize) / ImageFacts::kParagraphSize;
     }},
    {xld_boot_setup_payload_address, 4, start_of},
    {xld_boot_setup_preferred_address, 8, start_of},
    {xld_boot_setup_memory_size, 4,
     [](const Link&, const ImageFacts& facts) { return scratch_address(facts) + kScratchSize - facts.load_start; }},
    {xld_boot_setup_entry, 4, entry_of},
};
constexpr StubField kEfiFields[] = {
    {xld_boot_efi_payload, 8, [](const Link&, const ImageFacts&) { return efi_payload_distance(); }},
    {xld_boot_efi_size, 8, size_of_image},
    {xld_boot_efi_memory_size, 8, memory_size_of},
    {xld_boot_efi_address, 8, start_of},
    {xld_boot_efi_entry, 8, entry_of},
};

}  // namespace

constinit const Stub kDiskStub = {xld_boot_disk, xld_boot_disk_end, kDiskFields};
constinit const Stub kLoadedStub = {xld_boot_loaded, xld_boot_loaded_end, kLoadedFields};
constinit const Stub kSetupStub = {xld_boot_setup, xld_boot_setup_end, kSetupFields};
constinit const Stub kEfiStub = {xld_boot_efi, xld_boot_efi_end, kEfiFields};

void Stub::write(const Link& link, MutableBytes out) const {
  std::copy(begin, end, out.begin());
  const ImageFacts facts = image_facts(link);
  for (const StubField& field : fields) {
    const uint64_t value = field.value(link, facts);
    uint8_t* place = out.data() + (field.place - begin);
    field.size == 8 ? store(place, value) : store(place, static_cast<uint32_t>(value));
  }
}

uint64_t scratch_address(const ImageFacts& facts) {
  return align_up(facts.memory_end, 16);
}

}  // namespace xld::kernel_image
