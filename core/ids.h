// Dense 32-bit indices into the arrays of one link, as distinct types.
//
// Everything the linker talks about is a number: a file, an atom, a symbol, an output section. A number is four bytes,
// means the same in every thread, and orders results without regard to which thread found them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace xld {

template <class Tag>
struct Id {
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t value = kNone;

  constexpr Id() = default;
  constexpr explicit Id(uint32_t v) : value(v) {}
  constexpr explicit Id(size_t v) : value(static_cast<uint32_t>(v)) {}

  constexpr bool is_valid() const { return value != kNone; }
  constexpr auto operator<=>(const Id&) const = default;
};

// A place on the command line: objects, and every member an archive could contribute, in command-line order. The
// smaller id wins a contest between equals, so the order of the command line decides and never the scheduler.
using FileId = Id<struct FileTag>;
// What lives, dies and moves whole: an ELF section or a Mach-O subsection.
using AtomId = Id<struct AtomTag>;
// A global name.
using SymbolId = Id<struct SymbolTag>;
// A section of the output.
using SectionId = Id<struct SectionTag>;

}  // namespace xld
