// The small functions of the table that have no better place. See format.h.
#include "formats/elf/format.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/target_table.h"
#include "formats/elf/frames.h"
#include "formats/elf/headers.h"
#include "formats/elf/relocs.h"
#include "formats/elf/slot_chunks.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

// A program that takes nothing from libraries needs no loader.
OutputKind without_libraries(const Link& link, OutputKind asked) {
  if (asked == OutputKind::DynamicExecutable) return OutputKind::StaticExecutable;
  return asked == OutputKind::DynamicPie && link.options().no_dynamic_linker ? OutputKind::StaticPie : asked;
}

void check_filters(const Link& link) {
  const DynamicOptions& options = link.options().dynamic;
  if (link.target().output == OutputKind::SharedLibrary) return;
  if (!options.auxiliaries.empty())
    link.diagnostics().error("-f may not be used without -shared: only a library can stand in front of another");
  if (!options.filters.empty())
    link.diagnostics().error("-F may not be used without -shared: only a library can stand in front of another");
}

void check_stub_options(const Link& link) {
  constexpr uint32_t kTracked = GNU_PROPERTY_X86_FEATURE_1_IBT | GNU_PROPERTY_X86_FEATURE_1_SHSTK;
  const DynamicOptions& options = link.options().dynamic;
  const bool is_tracked = options.stubs_track_branches || (link.options().x86_feature_1_force & kTracked) != 0;
  if (options.stubs_avoid_prediction && is_tracked)
    link.diagnostics().error(
        "-z retpolineplt may not be used with -z ibt, -z ibtplt or -z shstk: its stubs return to their targets, which "
        "shadow stacks and branch tracking forbid; leave out one of them");
}

}  // namespace

void begin(Link& link) {
  Target& target = link.session.target;
  const OutputKind asked = target.output;
  if (link.inputs.libraries.empty()) target.output = without_libraries(link, asked);
  const bool moves = is_position_independent(target.output);
  check_filters(link);
  check_stub_options(link);
  target.row = find_target_row(ObjectFormat::Elf, target.cpu, target.os);
  if (!target.row) {
    link.diagnostics().error("no such target: the system and the CPU do not go together; see --print-targets");
    target.row = find_target_row(ObjectFormat::Elf, target.cpu, OperatingSystem::Unknown);
  }
  target.os = target.row->os;
  target.image_base = moves ? 0 : target.row->image_base;
  target.entry = target.row->entry;
  target.second_entry = target.row->second_entry;
  target.code_section = ".text";
  target.max_page_size = link.options().max_page_size.value_or(target.row->page_size);
  target.common_page_size = link.options().common_page_size.value_or(0x1000);
  if (link.options().common_page_size && target.common_page_size > target.max_page_size)
    link.diagnostics().error(fmt::format("-z common-page-size={:#x} is more than -z max-page-size={:#x}; give both",
                                         target.common_page_size, target.max_page_size));
  target.common_page_size = std::min(target.common_page_size, target.max_page_size);
  // The packed form has words at aligned addresses only, which the user's may not be.
  const auto is_aligned = [&](const auto& start) { return start.second % target.word_size == 0; };
  const auto& starts = link.options().section_start;
  link.packs_fixups =
      link.options().dynamic.pack_relative_relocs && moves && std::all_of(starts.begin(), starts.end(), is_aligned);
  const BuildIdKind build_id = link.options().build_id;
  if (build_id != BuildIdKind::None)
    link.tile_digest = build_id == BuildIdKind::Sha256 ? DigestKind::Sha256 : DigestKind::Fast;
  link.format_state = std::make_unique<ElfState>(link.session.pool.thread_count());
  state_of(link).asked_output = asked;
}

void heed_late_libraries(Link& link) {
  const auto is_there = [](const InputFile* library) { return library->import_names.empty(); };
  if (std::ranges::any_of(link.inputs.libraries, is_there)) link.session.target.output = state_of(link).asked_output;
}

bool refine_layout(Link& link) {
  PackedRelocsChunk* packed = state_of(link).packed_relocs;
  return packed && packed->encode();
}

bool encode_tables(Link& link) {
  return state_of(link).load_relocs->encode();
}

namespace {

// The value of an absolute symbol.
template <class E>
std::optional<uint64_t> absolute_value(const InputFile& file, uint32_t raw) {
  const auto symbol = raw_symbol<E>(object_of(file), raw);
  return symbol.shndx == SHN_ABS ? std::optional<uint64_t>(symbol.value) : std::nullopt;
}

template <class E>
bool is_same_number(const InputFile& first, uint32_t first_raw, const InputFile& second, uint32_t second_raw) {
  const auto value = absolute_value<E>(first, first_raw);
  return value && value == absolute_value<E>(second, second_raw);
}

}  // namespace

// As with GNU ld and lld: numbers that are equal.
bool is_same_definition(const Link& link, const InputFile& first, uint32_t first_raw, const InputFile& second,
                        uint32_t second_raw) {
  return link.target().word_size == 8 ? is_same_number<Elf64>(first, first_raw, second, second_raw)
                                      : is_same_number<Elf32>(first, first_raw, second, second_raw);
}

SectionId common_section(Link& link, const CommonOffer& offer) {
  const uint64_t flags =
      SHF_ALLOC | SHF_WRITE | (offer.is_thread_local ? SHF_TLS : 0) | (offer.is_large ? SHF_X86_64_LARGE : 0);
  const std::string_view name = offer.is_thread_local ? ".tbss" : offer.is_large ? ".lbss" : ".bss";
  return state_of(link).section_keys.intern(0, name, SHT_NOBITS, flags);
}

void settle(Link& link) {
  const auto address_of = [](const Chunk* chunk) { return chunk ? chunk->address : 0; };
  const ElfState& state = state_of(link);
  Slots& slots = link.slots;
  slots.got_address = address_of(state.got);
  slots.pointers_address = address_of(state.pointers);
  slots.stubs_address = address_of(state.stubs);
  slots.lazy_address = address_of(state.lazy_stubs);
  // _GLOBAL_OFFSET_TABLE_ is the start of the slots of stubs on x86 (psABI).
  slots.got_base = state.stub_table ? state.stub_table->address : slots.got_address;
  slots.stub_table_address = slots.got_base + StubTableChunk::kReservedWords * uint64_t{slots.word_size};
  // Variant II: the block ends where the thread pointer points.
  link.thread_pointer = align_up(link.layout.tls_address + link.layout.tls_memory_size, link.layout.tls_alignment);
  for (CopyChunk* copies : {state_of(link).copies.writable, state_of(link).copies.read_only})
    if (copies) copies->place_symbols();
  if (state_of(link).frames) state_of(link).frames->place_atoms();
}

}  // namespace xld::elf
