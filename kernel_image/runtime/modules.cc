// Files that the loader brought along.
#include "kernel_image/runtime/address_space.h"
#include "kernel_image/runtime/include/xrt.h"

const void* xrt_module(unsigned index, size_t* size) {
  using namespace xrt;
  if (index >= boot_facts.module_count || boot_facts.modules[index].size == 0) return nullptr;
  const auto& module = boot_facts.modules[index];
  void* bytes = xrt_map_physical(module.address, module.size);
  if (xrt_failed(bytes)) return nullptr;
  if (size != nullptr) *size = module.size;
  return bytes;
}
