// The table of functions by which the runtime names the places of a backtrace: __xrt_symbols.
#pragma once

#include <string>
#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::kernel_image {

// Form: kernel_image/runtime/symbols.h.
class FunctionTable : public Chunk {
 public:
  explicit FunctionTable(const Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  struct Function {
    AtomId atom;
    uint64_t offset = 0;  // in the atom
    uint32_t name = 0;    // in names_
  };
  struct Record {
    uint32_t start, name;
  };
  void collect(const InputFile& file);
  std::vector<Record> sorted_records() const;

  const Link& link_;
  std::vector<Function> functions_;  // in the order of the inputs
  std::string names_;
};

}  // namespace xld::kernel_image
