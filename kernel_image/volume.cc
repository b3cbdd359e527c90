// See volume.h. Microsoft FAT specification (fatgen103); UEFI specification 2.10, 3.5.1.1 and 13.3.
//
// FAT16 of its smallest geometry that fits: the number of clusters, and nothing else, says which FAT it is. FAT12 has
// up to 4084 clusters, FAT16 up to 65524. The file's clusters follow each other, as do the two directories before it.
#include "kernel_image/volume.h"

#include <algorithm>

#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kSector = 512;
constexpr uint64_t kRootEntries = 512;
constexpr uint64_t kRootSectors = kRootEntries * 32 / kSector;
constexpr uint64_t kReservedSectors = 1;
constexpr uint64_t kTables = 2;
constexpr uint64_t kLeastClusters = 4096;  // FAT16, with a little distance from FAT12
constexpr uint64_t kMostClusters = 65524;
constexpr uint64_t kDirectoryClusters = 2;  // EFI, EFI/BOOT
constexpr uint16_t kEndOfChain = 0xffff;
constexpr uint8_t kFixedDisk = 0xf8;
constexpr uint8_t kDirectory = 0x10, kArchive = 0x20;

struct Geometry {
  uint64_t sectors_per_cluster, file_clusters, clusters, table_sectors;

  uint64_t cluster_size() const { return sectors_per_cluster * kSector; }
  uint64_t first_data_sector() const { return kReservedSectors + kTables * table_sectors + kRootSectors; }
  uint64_t sectors() const { return first_data_sector() + clusters * sectors_per_cluster; }
};

Geometry geometry_for(uint64_t file_size) {
  Geometry geometry{1, 0, 0, 0};
  const auto file_clusters = [&] { return (file_size + geometry.cluster_size() - 1) / geometry.cluster_size(); };
  while (file_clusters() + kDirectoryClusters > kMostClusters && geometry.sectors_per_cluster < 64)
    geometry.sectors_per_cluster *= 2;
  geometry.file_clusters = file_clusters();
  geometry.clusters = std::max(kLeastClusters, geometry.file_clusters + kDirectoryClusters);
  geometry.table_sectors = ((geometry.clusters + 2) * 2 + kSector - 1) / kSector;
  return geometry;
}

// A directory entry: a name of 8 and 3 characters without its dot.
void write_entry(uint8_t* place, std::string_view name, uint8_t attributes, uint64_t cluster, uint64_t size) {
  std::fill_n(place, 11, uint8_t{' '});
  std::copy(name.begin(), name.end(), place);
  place[11] = attributes;
  store<uint16_t>(place + 24, 0x21);  // written on the first day that can be expressed: outputs do not depend on time
  store(place + 26, static_cast<uint16_t>(cluster));
  store(place + 28, static_cast<uint32_t>(size));
}

void write_boot_sector(MutableBytes out, const Geometry& geometry) {
  static constexpr uint8_t kJump[] = {0xeb, 0x3c, 0x90};
  std::copy(std::begin(kJump), std::end(kJump), out.begin());
  std::copy_n("XLD     ", 8, out.begin() + 3);
  store<uint16_t>(out.data() + 11, kSector);
  out[13] = static_cast<uint8_t>(geometry.sectors_per_cluster);
  store<uint16_t>(out.data() + 14, kReservedSectors);
  out[16] = kTables;
  store<uint16_t>(out.data() + 17, kRootEntries);
  const uint64_t sectors = geometry.sectors();
  store(out.data() + 19, static_cast<uint16_t>(sectors < 0x10000 ? sectors : 0));
  out[21] = kFixedDisk;
  store(out.data() + 22, static_cast<uint16_t>(geometry.table_sectors));
  store<uint16_t>(out.data() + 24, 63);  // sectors per track
  store<uint16_t>(out.data() + 26, 16);  // heads
  store(out.data() + 32, static_cast<uint32_t>(sectors < 0x10000 ? 0 : sectors));
  out[36] = 0x80;
  out[38] = 0x29;  // what follows is there
  store<uint32_t>(out.data() + 39, 0x786c6400);
  std::copy_n("NO NAME    ", 11, out.begin() + 43);
  std::copy_n("FAT16   ", 8, out.begin() + 54);
  out[0x3e] = 0xf4;  // booted by a BIOS: hlt
  store<uint16_t>(out.data() + 510, 0xaa55);
}

void write_table(MutableBytes out, const Geometry& geometry) {
  const auto set = [&](uint64_t cluster, uint16_t next) { store(out.data() + cluster * 2, next); };
  set(0, 0xff00 | kFixedDisk);
  set(1, kEndOfChain);
  set(2, kEndOfChain);
  set(3, kEndOfChain);
  const uint64_t end = 4 + geometry.file_clusters;
  for (uint64_t i = 4; i < end; i++) set(i, i + 1 < end ? static_cast<uint16_t>(i + 1) : kEndOfChain);
}

}  // namespace

uint64_t VolumeHead::file_size() const {
  return file_.size() + align_up(image_facts(link_).size(), 0x1000);
}

uint64_t VolumeHead::volume_size() const {
  return geometry_for(file_size()).sectors() * kSector;
}

uint64_t VolumeHead::size() const {
  const Geometry geometry = geometry_for(file_size());
  return geometry.first_data_sector() * kSector + kDirectoryClusters * geometry.cluster_size() + file_.size();
}

void VolumeHead::write(MutableBytes out) const {
  const Geometry geometry = geometry_for(file_size());
  write_boot_sector(out, geometry);
  for (uint64_t i = 0; i < kTables; i++)
    write_table(
        out.subspan((kReservedSectors + i * geometry.table_sectors) * kSector, geometry.table_sectors * kSector),
        geometry);
  uint8_t* root = out.data() + (geometry.first_data_sector() - kRootSectors) * kSector;
  write_entry(root, "EFI", kDirectory, 2, 0);
  uint8_t* efi = out.data() + geometry.first_data_sector() * kSector;
  write_entry(efi, ".", kDirectory, 2, 0);
  write_entry(efi + 32, "..", kDirectory, 0, 0);
  write_entry(efi + 64, "BOOT", kDirectory, 3, 0);
  uint8_t* boot = efi + geometry.cluster_size();
  write_entry(boot, ".", kDirectory, 3, 0);
  write_entry(boot + 32, "..", kDirectory, 2, 0);
  write_entry(boot + 64, "BOOTX64 EFI", kArchive, 4, file_size());
  file_.write(out.subspan(static_cast<size_t>(boot - out.data()) + geometry.cluster_size(), file_.size()));
}

}  // namespace xld::kernel_image
