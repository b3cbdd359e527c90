// The writers of image kinds, over sizes around the units of their formats. Specifications: see the sources.
#include <gtest/gtest.h>
#include <map>
#include <zlib.h>

#include "kernel_image/stub.h"
#include "tests/unit/kernel_image/image_link.h"

namespace xld::kernel_image {
namespace {

constexpr uint64_t kSizes[] = {1, 15, 16, 17, 511, 512, 513, 4095, 4096, 4097, 70000};

template <typename T>
uint64_t field(const std::vector<uint8_t>& bytes, size_t offset) {
  return load<T>(bytes.data() + offset);
}

uint32_t zlib_crc(const std::vector<uint8_t>& bytes) {
  return static_cast<uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

std::vector<uint8_t> link_one(ImageKind kind, uint64_t size) {
  ImageLink link(kind);
  link.add(".data", size);
  std::vector<uint8_t> image = link.link();
  EXPECT_TRUE(link.is_linked) << link.messages;
  return image;
}

// ---- stubs: what has to be at given places

TEST(Stubs, TheBootSectorLeavesRoomForAPartitionTable) {
  ASSERT_EQ(kDiskStub.size(), 512u);
  for (size_t i = 0x1b8; i < 0x1fe; i++) EXPECT_EQ(kDiskStub.begin[i], 0) << i;
  EXPECT_EQ(load<uint16_t>(kDiskStub.begin + 0x1fe), 0xaa55);
  // An ELF header, and behind it the code that its first two bytes jump to.
  for (size_t i = 2; i < 0x47; i++) EXPECT_EQ(kDiskStub.begin[i], 0) << i;
}

TEST(Stubs, FieldsLieInTheirStubsAndAreFree) {
  for (const Stub* stub : {&kDiskStub, &kLoadedStub, &kSetupStub, &kEfiStub}) {
    for (const StubField& field : stub->fields) {
      ASSERT_GE(field.place, stub->begin);
      ASSERT_LE(field.place + field.size, stub->end);
      for (int i = 0; i < field.size; i++) EXPECT_EQ(field.place[i], 0);
    }
  }
}

// ---- flat

TEST(FlatImage, HoldsTheBytesAndNothingElse) {
  for (const uint64_t size : kSizes) EXPECT_EQ(link_one(ImageKind::Flat, size), std::vector<uint8_t>(size, 0x5a));
}

TEST(FlatImage, FillsGapsWithZeros) {
  ImageLink link(ImageKind::Flat);
  link.add(".low", 3, 0x100000);
  link.add(".high", 3, 0x105000);
  std::vector<uint8_t> expected(0x5003);
  for (const size_t i : {0, 1, 2, 0x5000, 0x5001, 0x5002}) expected[i] = 0x5a;
  EXPECT_EQ(link.link(), expected) << link.messages;
}

// ---- ELF: what loaders put into memory

TEST(ElfImage, SegmentsReachToTheEndsOfPagesAndNotIntoEachOther) {
  ImageLink link(ImageKind::Elf);
  link.add(".data", 100);
  link.add(".one", 1, 0x200010);
  link.add(".two", 1, 0x200800);
  link.add(".three", 1, 0x300000);
  const std::vector<uint8_t> image = link.link();
  ASSERT_TRUE(link.is_linked) << link.messages;
  std::map<uint64_t, uint64_t> loads;  // from start to size
  for (size_t i = 0; i < field<uint16_t>(image, 56); i++) {
    const size_t header = field<uint64_t>(image, 32) + 56 * i;
    if (field<uint32_t>(image, header) == 1)
      loads[field<uint64_t>(image, header + 24)] = field<uint64_t>(image, header + 40);
  }
  uint64_t end = 0;
  for (const auto& [start, size] : loads) {
    EXPECT_GE(start, end);
    end = start + size;
  }
  EXPECT_EQ(loads.begin()->second, 0x1000u);
  EXPECT_LE(loads.at(0x200010), 0x7f0u);
}

// ---- disk

TEST(DiskImage, CountsSectorsAndIsWholeOnes) {
  for (const uint64_t size : {uint64_t{1}, uint64_t{70000}, uint64_t{3} << 20, (uint64_t{3} << 20) + 1}) {
    const std::vector<uint8_t> image = link_one(ImageKind::Disk, size);
    EXPECT_EQ(image.size() % 512, 0u);
    EXPECT_GE(image.size(), size_t{1} << 20);
    const size_t fields = static_cast<size_t>(kDiskStub.fields[0].place - kDiskStub.begin);
    const uint64_t sectors = field<uint32_t>(image, fields);
    // The last sector that is read is the last with contents.
    const auto last = std::find(image.rbegin(), image.rend(), 0x5a);
    EXPECT_EQ(sectors, (static_cast<uint64_t>(image.rend() - last) + 511) / 512);
    EXPECT_EQ(field<uint32_t>(image, fields + 4), 0x100000u);
  }
}

// ---- bzImage

TEST(BzImage, CountsParagraphsAndSumsUpToZero) {
  for (const uint64_t size : kSizes) {
    const std::vector<uint8_t> image = link_one(ImageKind::BzImage, size);
    EXPECT_EQ(image.size(), 1024 + 16 * field<uint32_t>(image, 0x1f4)) << size;
    EXPECT_EQ(zlib_crc(image), 0xffffffffu) << size;
    EXPECT_EQ(field<uint32_t>(image, 0x202), 0x53726448u);
    // What the kernel may use before it has read the memory map holds the image and what stubs collect.
    EXPECT_GE(field<uint32_t>(image, 0x260), image.size() - 1024);
  }
}

// ---- PE

TEST(EfiImage, SectionsCoverTheFileAndKeepTheirDistance) {
  for (const uint64_t size : kSizes) {
    const std::vector<uint8_t> image = link_one(ImageKind::Efi, size);
    const size_t pe = field<uint32_t>(image, 0x3c);
    ASSERT_EQ(field<uint32_t>(image, pe), 0x4550u);
    const size_t optional = pe + 24;
    const size_t sections = optional + field<uint16_t>(image, pe + 20);
    uint64_t end = field<uint32_t>(image, optional + 60);
    for (size_t i = 0; i < field<uint16_t>(image, pe + 6); i++) {
      const size_t section = sections + 40 * i;
      EXPECT_EQ(field<uint32_t>(image, section + 20), end);  // in the file where the last one ends
      EXPECT_EQ(field<uint32_t>(image, section + 12), end);  // and in memory at the same distance
      EXPECT_LE(field<uint32_t>(image, section + 8), field<uint32_t>(image, section + 16));
      end += field<uint32_t>(image, section + 16);
    }
    EXPECT_EQ(end, image.size());
    EXPECT_EQ(field<uint32_t>(image, optional + 56), image.size());
    EXPECT_EQ(field<uint16_t>(image, pe + 22) & 1, 0);  // IMAGE_FILE_RELOCS_STRIPPED
  }
}

// ---- FAT: what fsck would say

struct Volume {
  explicit Volume(const std::vector<uint8_t>& bytes) : image(bytes) {
    sector = field<uint16_t>(image, 11);
    cluster = sector * image[13];
    table_sectors = field<uint16_t>(image, 22);
    tables = field<uint16_t>(image, 14) * sector;
    root = tables + 2 * table_sectors * sector;
    data = root + field<uint16_t>(image, 17) * 32;
    sectors = field<uint16_t>(image, 19) != 0 ? field<uint16_t>(image, 19) : field<uint32_t>(image, 32);
    clusters = (sectors * sector - data) / cluster;
  }
  uint64_t next(uint64_t number) const { return field<uint16_t>(image, tables + 2 * number); }

  const std::vector<uint8_t>& image;
  uint64_t sector, cluster, table_sectors, tables, root, data, sectors, clusters;
};

TEST(EspImage, IsAFat16VolumeWithAFileInOneChain) {
  for (const uint64_t size : {uint64_t{1}, uint64_t{70000}, uint64_t{3} << 20, uint64_t{34} << 20}) {
    const std::vector<uint8_t> image = link_one(ImageKind::Esp, size);
    const Volume volume(image);
    EXPECT_EQ(image.size(), volume.sectors * volume.sector) << size;
    EXPECT_GE(volume.clusters, 4085u);
    EXPECT_LE(volume.clusters, 65524u);
    EXPECT_GE(volume.table_sectors * volume.sector, (volume.clusters + 2) * 2);
    const size_t entry = volume.data + volume.cluster + 64;  // in EFI/BOOT, behind . and ..
    EXPECT_EQ(
        std::string(image.begin() + static_cast<ptrdiff_t>(entry), image.begin() + static_cast<ptrdiff_t>(entry) + 11),
        "BOOTX64 EFI");
    const uint64_t file_size = field<uint32_t>(image, entry + 28);
    uint64_t length = 0, last = 0;
    for (uint64_t at = field<uint16_t>(image, entry + 26); at < 0xfff8; at = volume.next(at), length++) {
      ASSERT_LT(at, volume.clusters + 2);
      last = at;
    }
    EXPECT_EQ(length, (file_size + volume.cluster - 1) / volume.cluster);
    EXPECT_LE(volume.data + (last - 1) * volume.cluster, image.size());
    EXPECT_EQ(image[volume.data + 2 * volume.cluster], 'M');
  }
}

// ---- texts

// The contents of the records: hexadecimal digits behind a lead of `skip` characters, with a sum at the end.
uint8_t sum_of_digits(const std::string& line, size_t skip) {
  uint8_t sum = 0;
  for (size_t i = skip; i + 1 < line.size(); i += 2)
    sum = static_cast<uint8_t>(sum + std::stoi(line.substr(i, 2), nullptr, 16));
  return sum;
}

TEST(TextImages, EveryLineSumsUp) {
  for (const uint64_t size : kSizes) {
    for (const ImageKind kind : {ImageKind::Hex, ImageKind::Srec}) {
      const std::vector<uint8_t> image = link_one(kind, size);
      std::string text(image.begin(), image.end());
      uint64_t bytes = 0;
      ASSERT_TRUE(text.ends_with("\r\n"));
      for (size_t at = 0; at < text.size();) {
        const size_t end = text.find("\r\n", at);
        const std::string line = text.substr(at, end - at);
        at = end + 2;
        EXPECT_EQ(sum_of_digits(line, kind == ImageKind::Hex ? 1 : 2), kind == ImageKind::Hex ? 0 : 0xff) << line;
        const auto count =
            static_cast<uint64_t>(std::stoi(line.substr(kind == ImageKind::Hex ? 1 : 2, 2), nullptr, 16));
        if (kind == ImageKind::Hex && line.substr(7, 2) == "00") bytes += count;
        if (kind == ImageKind::Srec && line[1] == '3') bytes += count - 5;
      }
      EXPECT_EQ(bytes, size);
    }
  }
}

}  // namespace
}  // namespace xld::kernel_image
