// See init_offsets.h. A function of another image has no distance: its stub is called.
#include "formats/macho/init_offsets.h"

#include <array>
#include <fmt/core.h>

#include "formats/macho/decode.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/versions.h"
#include "formats/slot_values.h"

namespace xld::macho {

namespace {

constexpr size_t kBatch = 64;
constexpr uint64_t kOffsetSize = 4;

uint64_t function_address(const Link& link, const Reloc& reloc) {
  SlotOwner owner;
  if (reloc.target_kind == TargetKind::Symbol) {
    const Slots::Record* record = link.slots.record_of(reloc.symbol());
    if (record && record->stub != Slots::kNone) return link.slots.stub_address(record->stub);
    owner.symbol = reloc.symbol();
  } else if (reloc.target_kind == TargetKind::Atom) {
    owner.atom = reloc.atom();
    owner.value = static_cast<uint64_t>(reloc.value);
  }
  return own_address(link, owner) + static_cast<uint64_t>(reloc.addend);
}

}  // namespace

bool wants_init_offsets(const Link& link) {
  const Answer answer = link.options().darwin.init_offsets;
  if (answer == Answer::No || !link.applies_relocs() || !has_loader(link.target().output)) return false;
  return answer == Answer::Yes || wants_chained_fixups(link);
}

bool becomes_offsets(const Link& link, const Atom& atom) {
  if (!atom.has(atom_flag::kUnwind) || !atom.has(atom_flag::kAllocated)) return false;
  const MachoObject& object = object_of(link.inputs.file(atom.file));
  return object.sections[object.subsections[atom.raw].section].type() == S_MOD_INIT_FUNC_POINTERS;
}

uint64_t InitOffsetsChunk::size() const {
  uint64_t words = 0;
  for (const AtomId id : tables_) words += link_.atom(id).size / link_.arch->word_size;
  return words * kOffsetSize;
}

void InitOffsetsChunk::write(MutableBytes out) const {
  for (const AtomId id : tables_) {
    const Atom& table = link_.atom(id);
    const uint64_t size = table.size / link_.arch->word_size * kOffsetSize;
    write_table(table, out.first(size));
    out = out.subspan(size);
  }
}

void InitOffsetsChunk::write_table(const Atom& table, MutableBytes out) const {
  const InputFile& file = link_.inputs.file(table.file);
  RelocCursor cursor;
  std::array<Reloc, kBatch> batch;
  while (const size_t count = decode(link_, file, table, cursor, batch, false)) {
    for (const Reloc& reloc : std::span(batch.data(), count)) {
      const uint64_t place = reloc.offset / link_.arch->word_size * kOffsetSize;
      const uint64_t offset = function_address(link_, reloc) - link_.layout.plan.base_address;
      if (!contains(out, place, kOffsetSize)) continue;
      if (offset > UINT32_MAX)
        link_.diagnostics().error(
            fmt::format("{}: an initialiser is {:#x} bytes behind the header, further than __init_offsets can express; "
                        "link with -no_init_offsets",
                        file.display_name(), offset),
            file.id);
      store(out.data() + place, static_cast<uint32_t>(offset));
    }
  }
}

}  // namespace xld::macho
