// --image=efi: a PE32+ application that carries the image; --image=esp: a volume with it as the boot program.
#pragma once

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::kernel_image {

// From the stub's first byte to the image's, in the file as well as when loaded.
uint64_t efi_payload_distance();

// Of the field CheckSum, in the file.
inline constexpr uint64_t kPeChecksumOffset = 0x98;

// DOS header, PE headers, section table and stub: what stands in the file before the image.
class EfiHeaders : public Chunk {
 public:
  explicit EfiHeaders(const Link& link) : link_(link) {}
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  const Link& link_;
};

}  // namespace xld::kernel_image
