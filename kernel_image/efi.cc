// See efi.h. Microsoft PE Format; UEFI specification 2.10, 2.1.1.
//
// Two sections, mapped where they stand in the file: the stub, and the image as data, which the stub copies. Nothing in
// the stub depends on where it is loaded, so there are no base relocations to apply; IMAGE_FILE_RELOCS_STRIPPED stays
// clear, or firmware would insist on the preferred address.
#include "kernel_image/efi.h"

#include <algorithm>
#include <cstddef>

#include "kernel_image/stub.h"

namespace xld::kernel_image {

namespace {

constexpr uint32_t kSectionAlignment = 0x1000;
constexpr uint32_t kFileAlignment = 0x1000;  // as large, so that offsets in the file are offsets in memory
constexpr uint32_t kHeadersSize = 0x1000;
constexpr uint32_t kPeOffset = 0x40;

constexpr uint16_t kMachineAmd64 = 0x8664;
constexpr uint16_t kCharacteristics = 0x22e;  // executable, no lines, no symbols, large addresses, no debug information
constexpr uint16_t kMagicPe32Plus = 0x20b;
constexpr uint16_t kSubsystemEfiApplication = 10;
constexpr uint32_t kDirectoryCount = 16;
constexpr uint32_t kCode = 0x60000020;  // contains code, executable, readable
constexpr uint32_t kData = 0x40000040;  // initialised data, readable

struct FileHeader {
  uint16_t machine, section_count;
  uint32_t time, symbol_table, symbol_count;
  uint16_t optional_header_size, characteristics;
};

struct OptionalHeader {
  uint16_t magic, linker_version;
  uint32_t code_size, data_size, zero_fill_size, entry, code_start;
  uint64_t image_base;
  uint32_t section_alignment, file_alignment;
  uint16_t system_version[2], image_version[2], subsystem_version[2];
  uint32_t reserved, image_size, headers_size, checksum;
  uint16_t subsystem, dll_characteristics;
  uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
  uint32_t loader_flags, directory_count;
  uint64_t directories[kDirectoryCount];
};
static_assert(sizeof(OptionalHeader) == 0xf0);
static_assert(kPeChecksumOffset == kPeOffset + 4 + sizeof(FileHeader) + offsetof(OptionalHeader, checksum));

struct SectionHeader {
  char name[8];
  uint32_t memory_size, address, file_size, file_offset;
  uint32_t relocations, lines;
  uint16_t relocation_count, line_count;
  uint32_t flags;
};

uint32_t stub_extent() {
  return static_cast<uint32_t>(align_up(kEfiStub.size(), kSectionAlignment));
}

SectionHeader section(std::string_view name, uint64_t address, uint64_t size, uint64_t file_size, uint32_t flags) {
  SectionHeader header{};
  std::copy(name.begin(), name.end(), header.name);
  header.memory_size = static_cast<uint32_t>(size);
  header.address = header.file_offset = static_cast<uint32_t>(address);
  header.file_size = static_cast<uint32_t>(file_size);
  header.flags = flags;
  return header;
}

}  // namespace

uint64_t efi_payload_distance() {
  return stub_extent();
}

uint64_t EfiHeaders::size() const {
  return kHeadersSize + efi_payload_distance();
}

void EfiHeaders::write(MutableBytes out) const {
  const uint64_t image_size = image_facts(link_).size();
  const uint32_t image_extent = static_cast<uint32_t>(align_up(image_size, kFileAlignment));
  out[0] = 'M';
  out[1] = 'Z';
  store(out.data() + 0x3c, kPeOffset);
  uint8_t* place = out.data() + kPeOffset;
  std::copy_n("PE\0", 4, place);
  place += 4;
  store(place, FileHeader{kMachineAmd64, 2, 0, 0, 0, sizeof(OptionalHeader), kCharacteristics});
  place += sizeof(FileHeader);

  OptionalHeader header{};
  header.magic = kMagicPe32Plus;
  header.code_size = stub_extent();
  header.data_size = image_extent;
  header.entry = header.code_start = kHeadersSize;
  header.section_alignment = kSectionAlignment;
  header.file_alignment = kFileAlignment;
  header.image_size = kHeadersSize + stub_extent() + image_extent;
  header.headers_size = kHeadersSize;
  header.subsystem = kSubsystemEfiApplication;
  header.directory_count = kDirectoryCount;
  store(place, header);
  place += sizeof(header);

  store(place, section(".text", kHeadersSize, kEfiStub.size(), stub_extent(), kCode));
  place += sizeof(SectionHeader);
  store(place, section(".image", kHeadersSize + stub_extent(), image_size, image_extent, kData));
  kEfiStub.write(link_, out.subspan(kHeadersSize, kEfiStub.size()));
}

}  // namespace xld::kernel_image
