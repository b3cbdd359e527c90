// --image=esp: a FAT volume with one file, EFI/BOOT/BOOTX64.EFI, that UEFI firmware starts.
#pragma once

#include "core/chunk.h"
#include "kernel_image/efi.h"

namespace xld::kernel_image {

// Everything of the volume before the file's clusters: boot sector, allocation tables, directories; then the headers of
// the file itself, which the image follows.
class VolumeHead : public Chunk {
 public:
  explicit VolumeHead(const Link& link) : link_(link), file_(link) { is_late = true; }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

  // Of the whole volume.
  uint64_t volume_size() const;

  // Where its one file is in it, and how large it is.
  uint64_t file_offset() const { return size() - file_.size(); }
  uint64_t file_size() const;

 private:
  const Link& link_;
  EfiHeaders file_;
};

}  // namespace xld::kernel_image
