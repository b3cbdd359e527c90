// See checksums.h. Linux Documentation/arch/x86/boot.rst, "The Image Checksum"; Microsoft PE Format, "CheckSum", and
// the algorithm of IMAGEHLP.DLL: the sum of 16-bit words, carries added back, plus the length of the file.
#include "kernel_image/checksums.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <zlib.h>

#include "kernel_image/efi.h"
#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {

constexpr uint64_t kBatch = 1 << 18;  // read at once; even

// Hands the file's bytes from `start` on to `take`, in order. False, and said so, if they cannot be read back.
bool for_bytes(const Link& link, Image& image, uint64_t start, uint64_t size, const std::function<void(Bytes)>& take) {
  std::vector<uint8_t> buffer(std::min(size, kBatch));
  for (uint64_t done = 0; done < size;) {
    const MutableBytes part = MutableBytes(buffer).first(std::min(size - done, kBatch));
    if (!read_back(link, image, start + done, part)) return false;
    take(part);
    done += part.size();
  }
  return true;
}

class Crc32 {
 public:
  void add(Bytes bytes) { value_ = crc32_z(value_, bytes.data(), bytes.size()); }
  void add_zeros(uint64_t count) {
    static constexpr uint8_t kZeros[4096] = {};
    for (; count > sizeof(kZeros); count -= sizeof(kZeros)) add(kZeros);
    add(Bytes(kZeros).first(count));
  }
  uint32_t value() const { return static_cast<uint32_t>(value_); }

 private:
  uLong value_ = crc32_z(0, nullptr, 0);
};

void write_word(Image& image, uint64_t offset, uint32_t value) {
  uint8_t bytes[4];
  store(bytes, value);
  image.write(offset, bytes);
}

uint64_t add_words(uint64_t sum, Bytes bytes) {
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) sum += load<uint16_t>(bytes.data() + i);
  return sum;
}

}  // namespace

void write_image_checksum(const Link& link, Image& image, const ChecksumChunk& word) {
  Crc32 crc;
  uint64_t address = image_facts(link).load_start;
  uint64_t place = 0;
  for (const Run& run : image_runs(link)) {
    crc.add_zeros(run.address - address);
    if (!for_bytes(link, image, run.offset, run.size, [&](Bytes bytes) { crc.add(bytes); })) return;
    address = run.address + run.size;
    const uint64_t loaded_word = word.address - image_facts(link).virtual_offset;
    if (loaded_word >= run.address && loaded_word < address) place = run.offset + loaded_word - run.address;
  }
  write_word(image, place, crc.value());
}

// The CRC starts with ones and is not inverted at the end, so zlib's is its complement.
void write_bzimage_checksum(const Link& link, Image& image) {
  const uint64_t end = link.layout.file_size - ChecksumChunk::kSize;
  Crc32 crc;
  if (for_bytes(link, image, 0, end, [&](Bytes bytes) { crc.add(bytes); })) write_word(image, end, ~crc.value());
}

void write_pe_checksum(const Link& link, Image& image, uint64_t start, uint64_t size) {
  uint64_t sum = 0;
  if (!for_bytes(link, image, start, size, [&](Bytes bytes) { sum = add_words(sum, bytes); })) return;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  write_word(image, start + kPeChecksumOffset, static_cast<uint32_t>(sum + size));
}

}  // namespace xld::kernel_image
