// See classic.h.
#include "formats/macho/classic.h"

#include <algorithm>
#include <fmt/core.h>

#include "formats/macho/macho.h"
#include "formats/macho/plan.h"
#include "formats/macho/state.h"
#include "formats/macho/symtab.h"

namespace xld::macho {

namespace {

constexpr uint32_t kExternal = 1 << 27, kLengthShift = 25;
constexpr uint32_t kAbsolute = 0;  // R_ABS: the section of a local record does not matter

// Records count from the first segment on i386 and from the first writable one on x86-64.
// Those of an extension of the kernel always count from the first.
uint64_t record_base(const Link& link) {
  if (link.target().cpu == Cpu::I386 || link.options().darwin.is_kext) return link.layout.segments.front().address;
  for (const Segment& segment : link.layout.segments)
    if (segment.flags & VM_PROT_WRITE) return segment.address;
  return link.layout.segments.front().address;
}

void append_record(std::vector<uint8_t>& out, uint64_t offset, uint32_t number, uint32_t flags, uint32_t length) {
  out.resize(out.size() + 8);
  store(out.data() + out.size() - 8, static_cast<uint32_t>(offset));
  store(out.data() + out.size() - 4, number | flags | length << kLengthShift);
}

}  // namespace

void build_classic_relocs(Link& link) {
  MachoState& state = state_of(link);
  const OutputSection* pointers = find_section(link, kClassicPointerSection);
  const uint64_t base = record_base(link);
  const uint32_t length = link.arch->word_size == 8 ? 3 : 2;
  for (const LoadFixup& fixup : state.fixups) {
    // The kernel looks at records only, the loader at the indirect symbol table as well.
    const bool is_pointer =
        !link.options().darwin.is_kext && pointers && fixup.address - pointers->address < pointers->size;
    // What we define ourselves stays ours, though another image may define it as weakly.
    const bool is_own = !fixup.symbol.is_valid() || !link.symbols.has(fixup.symbol, symbol_flag::kImported);
    if (is_own && !is_position_independent(link.target().output)) continue;
    if (is_own && is_pointer) continue;  // the indirect symbol table has it
    if (is_own) {
      append_record(state.local_relocs->bytes, fixup.address - base, kAbsolute, 0, length);
    } else if (!is_pointer) {
      const auto row = state.symbol_table->index_of(fixup.symbol);
      append_record(state.external_relocs->bytes, fixup.address - base, row.value_or(0), kExternal, length);
    }
  }
}

}  // namespace xld::macho
