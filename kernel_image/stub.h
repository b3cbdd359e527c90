// Stub: code of kernel_image/boot with the numbers of one image filled in.
#pragma once

#include <span>

#include "core/chunk.h"
#include "kernel_image/facts.h"

namespace xld::kernel_image {

struct StubField {
  const uint8_t* place;
  uint8_t size;  // 4 or 8 bytes
  uint64_t (*value)(const Link&, const ImageFacts&);
};

struct Stub {
  const uint8_t* begin;
  const uint8_t* end;
  std::span<const StubField> fields;

  uint64_t size() const { return static_cast<uint64_t>(end - begin); }
  // `out` has size() bytes.
  void write(const Link& link, MutableBytes out) const;
};

extern const Stub kDiskStub, kLoadedStub, kSetupStub, kEfiStub;

class StubChunk : public Chunk {
 public:
  StubChunk(const Link& link, const Stub& stub) : link_(link), stub_(stub) { alignment = 16; }
  uint64_t size() const override { return stub_.size(); }
  void write(MutableBytes out) const override { stub_.write(link_, out); }

 private:
  const Link& link_;
  const Stub& stub_;
};

// Memory behind the image in which kLoadedStub collects what the loader told.
inline constexpr uint64_t kScratchSize = 0x1000;
uint64_t scratch_address(const ImageFacts& facts);

}  // namespace xld::kernel_image
