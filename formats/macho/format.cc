// The filled-in table, and the small functions that have no better place.
#include "formats/macho/format.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/target_table.h"
#include "formats/macho/decode.h"
#include "formats/macho/describe.h"
#include "formats/macho/fixups.h"
#include "formats/macho/folding.h"
#include "formats/macho/hints.h"
#include "formats/macho/imports.h"
#include "formats/macho/kept_relocs.h"
#include "formats/macho/late_tables.h"
#include "formats/macho/lazy_stubs.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/object.h"
#include "formats/macho/plan.h"
#include "formats/macho/probes.h"
#include "formats/macho/provided_symbols.h"
#include "formats/macho/relocs.h"
#include "formats/macho/requested_code.h"
#include "formats/macho/signature.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/start_object.h"
#include "formats/macho/state.h"
#include "formats/macho/unwind_info.h"
#include "formats/macho/versions.h"

namespace xld::macho {

MachoState::MachoState(uint32_t workers) : section_keys(workers) {}
MachoState::~MachoState() = default;

namespace {

OutputKind output_kind(const Options& options, Cpu cpu) {
  if (options.is_relocatable) return OutputKind::Relocatable;
  // The loader is a program that moves itself; an extension of the kernel is moved by it as a library is.
  if (options.darwin.is_loader) return OutputKind::DynamicPie;
  if (options.is_shared || options.darwin.is_kext) return OutputKind::SharedLibrary;
  if (options.is_static || options.darwin.is_preload) return OutputKind::StaticExecutable;
  // i386 code has addresses in read-only sections, so it stays where it was linked; arm64 systems load nothing else.
  if (cpu == Cpu::Arm64) return OutputKind::DynamicPie;
  const bool moves = options.is_pie && cpu != Cpu::I386 && !is_classic(options);
  return moves ? OutputKind::DynamicPie : OutputKind::DynamicExecutable;
}

uint64_t image_base(const Target& target, const Options& options) {
  if (target.output == OutputKind::SharedLibrary) return 0;
  if (options.darwin.is_loader) return target.cpu == Cpu::I386 ? 0x8fe00000 : 0x7fff5fc00000;
  return target.cpu == Cpu::I386 ? 0x1000 : 0x100000000;
}

constexpr uint64_t kLeastSegmentAlignment = 16;  // more than that of a header's words

void begin(Link& link) {
  Target& target = link.session.target;
  const Options& options = link.options();
  target.output = output_kind(options, target.cpu);
  if (target.cpu == Cpu::Arm64 && !options.is_pie && target.output == OutputKind::DynamicPie)
    link.diagnostics().warn("-no_pie ignored for arm64, whose systems run position-independent programs only");
  if (options.darwin.has_small_objc_stubs && target.cpu != Cpu::Arm64)
    link.diagnostics().warn("-objc_stubs_small is not yet implemented, defaulting to -objc_stubs_fast on this CPU");
  if (!options.darwin.bundle_loader.empty() && !options.darwin.is_bundle)
    link.diagnostics().error("-bundle_loader can only be used with MachO bundle output; add -bundle, or leave it out");
  target.image_base =
      options.darwin.page_zero_size.value_or(0) != 0 ? *options.darwin.page_zero_size : image_base(target, options);
  target.max_page_size = target.cpu == Cpu::Arm64 ? 0x4000 : 0x1000;
  // Loaders and kernels have pages; firmware copies bytes.
  if (options.darwin.is_preload && options.darwin.segment_alignment)
    target.max_page_size = std::max<uint64_t>(*options.darwin.segment_alignment, kLeastSegmentAlignment);
  target.common_page_size = target.max_page_size;
  target.code_section = "__TEXT,__text";
  target.row = find_target_row(ObjectFormat::MachO, target.cpu, OperatingSystem::Darwin);
  link.format_state = std::make_unique<MachoState>(link.session.pool.thread_count());
  target.entry = has_loader(link) && !starts_in_runtime(options) ? "_main" : "start";
  if (options.darwin.is_loader) target.entry = "__dyld_start";
  if (target.output == OutputKind::SharedLibrary || !link.applies_relocs()) target.entry = {};
  link.tile_digest = DigestKind::Fast;
}

// Nothing before the link-edit data depends on addresses.
bool refine_layout(Link& /*link*/) {
  return false;
}

SectionId common_section(Link& link, const CommonOffer& /*offer*/) {
  return state_of(link).section_keys.intern(0, "__DATA,__common", S_ZEROFILL, 0);
}

bool is_root(const Link& /*link*/, const InputFile& file, const Atom& atom) {
  if (atom.has(atom_flag::kRetained)) return true;
  if (!atom.has(atom_flag::kAllocated | atom_flag::kUnwind))
    return true;  // debug information, which keeps nothing else
  const MachoObject& object = object_of(file);
  const uint32_t type = object.sections[object.subsections[atom.raw].section].type();
  return type == S_MOD_INIT_FUNC_POINTERS || type == S_MOD_TERM_FUNC_POINTERS || type == S_INIT_FUNC_OFFSETS ||
         type == S_THREAD_LOCAL_INIT_FUNCTION_POINTERS;
}

void settle(Link& link) {
  const MachoState& state = state_of(link);
  Slots& slots = link.slots;
  if (state.pointers) slots.got_address = state.pointers->address;
  if (state.named_pointers) slots.pointers_address = state.named_pointers->address;
  if (state.thread_pointers) slots.apart_address = state.thread_pointers->address;
  const uint64_t behind_slots = slots.got_address + uint64_t{plain_pointer_count(link)} * slots.word_size;
  slots.stub_table_address = state.lazy_pointers ? state.lazy_pointers->address : behind_slots;
  if (const OutputSection* stubs = find_section(link, kStubSection)) slots.stubs_address = stubs->address;
  link.thread_pointer = link.layout.tls_address;
}

void finish_atom(const Link& link, AtomId id, MutableBytes out) {
  write_fixup_words(link, id, out);
  const Atom& atom = link.atom(id);
  if (atom.file.value == 0) return;
  apply_hints(link, link.inputs.file(atom.file), atom, out);
  replace_probe_calls(link, link.inputs.file(atom.file), atom, out);
}

// LC_UUID: a digest of the content, in the form of RFC 4122 version 3 (a name's digest).
void write_uuid(const Link& link, Image& image, Bytes digests) {
  if (!state_of(link).features.has_uuid) return;
  Digest uuid = compute_digest(DigestKind::Fast, digests);
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0f) | 0x30);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
  image.write(state_of(link).header->uuid_offset(), uuid.view().first(16));
}

void seal(const Link& link, Image& image, Bytes digests) {
  write_uuid(link, image, digests);
  if (state_of(link).signature) sign(link, image);
}

constexpr Cpu kCpus[] = {Cpu::X86_64, Cpu::I386, Cpu::Arm64};

}  // namespace

const Format kFormat = {
    .id = ObjectFormat::MachO,
    .cpus = kCpus,
    .has_copies = false,
    .weak_class = ClaimClass::Coalesced,
    .libraries_start = false,
    .weak_references_extract = true,
    .identify = identify,
    .make_start_object = make_start_object,
    .begin = begin,
    .read_object = read_object,
    .read_library = read_library,
    .make_object = make_requested_code,
    .make_stub_library = make_stub_library,
    .make_atoms = make_atoms,
    .common_section = common_section,
    .provide_symbols = provide_symbols,
    .bind_symbols = bind_symbols,
    .foresee_exports = foresee_exports,
    .settle_libraries = settle_slot_rules,
    .decode = decode,
    .kept = &kKeptRelocs,
    .is_root = is_root,
    .fold_kind = fold_kind,
    .describing_references = append_unwind_references,
    .significant_atoms = significant_atoms,
    .plan = plan,
    .refine_layout = refine_layout,
    .settle = settle,
    .define_symbols = define_symbols,
    .build_late_tables = build_late_tables,
    .finish_atom = finish_atom,
    .describe = &kDescriptions,
    .seal = seal,
};

}  // namespace xld::macho
