// See kinds.h.
#include "kernel_image/kinds.h"

#include <algorithm>

#include "formats/elf/headers.h"
#include "formats/elf/linker_sections.h"
#include "kernel_image/checksums.h"
#include "kernel_image/efi.h"
#include "kernel_image/elf_head.h"
#include "kernel_image/format.h"
#include "kernel_image/frame.h"
#include "kernel_image/names.h"
#include "kernel_image/records.h"
#include "kernel_image/stub.h"
#include "kernel_image/volume.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

template <void (*AddHead)(Link&)>
void add_parts(Link& link) {
  AddHead(link);
  add_tables(link);
}

// ELF headers stand in memory whatever the kind: the runtime reads its segments there.
void add_flat_head(Link& link) {
  if (link.options().image.has_runtime) elf::add_headers(link);
}

void add_code_head(Link& link, const Stub& stub) {
  OutputSection& head = elf::add_head_section(link, add_chunk<StubChunk>(link, link, stub));
  head.chunks.push_back(add_chunk<elf::HeadersChunk>(link, link));
}

void add_disk_head(Link& link) {
  add_code_head(link, kDiskStub);
}

void add_bzimage_head(Link& link) {
  add_code_head(link, kLoadedStub);
  add_prefix(link, add_chunk<StubChunk>(link, link, kSetupStub));
}

void add_efi_head(Link& link) {
  elf::add_headers(link);
  add_prefix(link, add_chunk<EfiHeaders>(link, link));
}

void add_esp_head(Link& link) {
  elf::add_headers(link);
  add_prefix(link, add_chunk<VolumeHead>(link, link));
}

void separate_pages(Link& link) {
  for (Segment& segment : link.layout.segments) segment.starts_new_page = true;
}

void follow_addresses(Link& link) {
  separate_pages(link);
  link.layout.plan.is_linear = true;
}

// SeaBIOS reads the first sector of a virtio or AHCI disk by cylinder, head and sector, and finds none on disks of
// fewer than 1008 sectors.
void frame_disk(Link& link) {
  pad_file(link, ImageFacts::kSectorSize, kMiB);
}

void frame_bzimage(Link& link) {
  make_room_for_prefix(link);
  link.layout.file_size += ChecksumChunk::kSize;
  pad_file(link, ImageFacts::kParagraphSize);
}

void frame_efi(Link& link) {
  make_room_for_prefix(link);
  pad_file(link, 0x1000);
}

const VolumeHead& volume_of(const Link& link) {
  return static_cast<const VolumeHead&>(*link.layout.sections.back().chunks.front());
}

void frame_esp(Link& link) {
  make_room_for_prefix(link);
  pad_file(link, 1, volume_of(link).volume_size());
}

void seal_efi(const Link& link, Image& image) {
  write_pe_checksum(link, image, 0, link.layout.file_size);
}

void seal_esp(const Link& link, Image& image) {
  write_pe_checksum(link, image, volume_of(link).file_offset(), volume_of(link).file_size());
}

constexpr elf::PlanVariant memory_only(void (*add_head)(Link&)) {
  return {.add_head = add_head, .is_memory_only = true, .adjust = follow_addresses};
}

// Multiboot and GRUB's linux16 load below what a PCI hole leaves; disks are read to one piece of memory.
constexpr uint64_t kLowMemory = 0xc0000000;

constexpr Kind kKinds[] = {
    {.kind = ImageKind::Elf,
     .is_variant = false,
     .name = "elf",
     .plan = {.add_head = add_parts<add_elf_head>, .adjust = separate_pages}},
    {.kind = ImageKind::Elf,
     .is_variant = true,
     .name = "elf,multiboot",
     .plan = {.add_head = add_parts<add_multiboot_head>, .adjust = follow_addresses}},
    {.kind = ImageKind::Disk,
     .is_variant = false,
     .name = "disk",
     .plan = memory_only(add_parts<add_disk_head>),
     .frame = frame_disk,
     .highest_end = kLowMemory,
     .limit = "the memory below 3 GiB that a disk is read to"},
    {.kind = ImageKind::Disk,
     .is_variant = true,
     .name = "disk,poly",
     .plan = {.add_head = add_parts<add_polyglot_head>, .adjust = follow_addresses},
     .frame = frame_disk,
     .highest_end = kLowMemory,
     .limit = "the memory below 3 GiB that a disk is read to"},
    {.kind = ImageKind::Efi,
     .is_variant = false,
     .name = "efi",
     .plan = memory_only(add_parts<add_efi_head>),
     .frame = frame_efi,
     .seal = seal_efi,
     .largest_size = 0x7ff00000,
     .limit = "the 2 GiB of a PE file"},
    {.kind = ImageKind::Esp,
     .is_variant = false,
     .name = "esp",
     .plan = memory_only(add_parts<add_esp_head>),
     .frame = frame_esp,
     .seal = seal_esp,
     .largest_size = 0x7f000000,
     .limit = "the 2 GiB of a file on a FAT volume"},
    {.kind = ImageKind::BzImage,
     .is_variant = false,
     .name = "bzimage",
     .plan = memory_only(add_parts<add_bzimage_head>),
     .frame = frame_bzimage,
     .seal = write_bzimage_checksum,
     .fixed_load_address = kMiB,
     .highest_end = kLowMemory,
     .limit = "the memory below 3 GiB that loaders use for a bzImage"},
    {.kind = ImageKind::Flat, .is_variant = false, .name = "flat", .plan = memory_only(add_parts<add_flat_head>)},
    {.kind = ImageKind::Hex,
     .is_variant = false,
     .name = "hex",
     .plan = memory_only(add_parts<add_flat_head>),
     .frame = make_room_for_hex,
     .seal = write_hex},
    {.kind = ImageKind::Srec,
     .is_variant = false,
     .name = "srec",
     .plan = memory_only(add_parts<add_flat_head>),
     .frame = make_room_for_srec,
     .seal = write_srec},
};

}  // namespace

const Kind& kind_of(const Link& link) {
  const ImageOptions& image = link.options().image;
  const auto* found = std::ranges::find_if(kKinds, [&](const Kind& kind) {
    return kind.kind == image.kind && kind.is_variant == (image.has_multiboot || image.is_polyglot);
  });
  return found == std::end(kKinds) ? kKinds[0] : *found;
}

}  // namespace xld::kernel_image
