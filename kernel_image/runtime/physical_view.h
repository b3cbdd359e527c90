// Physical memory to look at for a moment: tables of the firmware, and modules.
#pragma once

#include "kernel_image/runtime/cpu.h"
#include "kernel_image/runtime/include/xrt.h"

namespace xrt XRT_HIDDEN {

class PhysicalView {
 public:
  PhysicalView(uint64_t physical, uint64_t size) : size_(size), bytes_(xrt_map_physical(physical, size)) {}
  ~PhysicalView() {
    if (is_valid()) xrt_munmap(bytes_, size_);
  }
  PhysicalView(const PhysicalView&) = delete;
  PhysicalView& operator=(const PhysicalView&) = delete;

  bool is_valid() const { return !xrt_failed(bytes_); }
  uint64_t size() const { return size_; }
  const uint8_t* bytes() const { return static_cast<const uint8_t*>(bytes_); }

  // A number at an offset; 0 beyond the end.
  template <typename T>
  T read(uint64_t offset) const {
    T value = 0;
    if (is_valid() && offset <= size_ && sizeof(T) <= size_ - offset)
      __builtin_memcpy(&value, bytes() + offset, sizeof(T));
    return value;
  }

 private:
  uint64_t size_;
  void* bytes_;
};

}  // namespace xrt XRT_HIDDEN
