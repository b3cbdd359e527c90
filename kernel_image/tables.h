// Tables for the runtime: what the image consists of, and its functions for backtraces.
#pragma once

#include <string>
#include <vector>

#include "core/chunk.h"
#include "formats/format.h"

namespace xld::kernel_image {

// A table the program finds by a symbol.
class RuntimeTable : public Chunk {
 public:
  explicit RuntimeTable(const Link& link) : link_(link) {
    alignment = 8;
    is_late = true;
  }
  virtual std::string_view name() const = 0;

 protected:
  const Link& link_;
};

// struct xrt_image: extent, thread-local block and segments of the image.
class ImageTable : public RuntimeTable {
 public:
  using RuntimeTable::RuntimeTable;
  std::string_view name() const override { return "__xrt_image"; }
  uint64_t size() const override;
  void write(MutableBytes out) const override;
};

// struct xrt_symbols: functions in ascending order, then their names.
class FunctionTable : public RuntimeTable {
 public:
  explicit FunctionTable(const Link& link);
  std::string_view name() const override { return "__xrt_symbols"; }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  struct Function {
    AtomId atom;
    uint64_t offset = 0;  // in the atom
    uint32_t name = 0;    // in names_
  };
  void collect(const InputFile& file);

  std::vector<Function> functions_;  // in the order of the inputs
  std::string names_;
};

}  // namespace xld::kernel_image
