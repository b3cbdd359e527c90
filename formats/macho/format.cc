// The filled-in table, and the small functions that have no better place.
//
// Executables only, and none that takes definitions from a dynamic library yet: undefined names are errors.
#include "formats/macho/format.h"

#include <fmt/core.h>

#include "formats/macho/decode.h"
#include "formats/macho/describe.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/object.h"
#include "formats/macho/plan.h"
#include "formats/macho/provided_symbols.h"
#include "formats/macho/relocs.h"
#include "formats/macho/slot_chunks.h"
#include "formats/macho/state.h"

namespace xld::macho {

namespace {

OutputKind output_kind(const Options& options, Cpu cpu) {
  if (options.is_static) return OutputKind::StaticExecutable;
  // i386 code has addresses in read-only sections, so it stays where it was linked.
  return options.is_pie && cpu != Cpu::I386 ? OutputKind::DynamicPie : OutputKind::DynamicExecutable;
}

void begin(Link& link) {
  Target& target = link.session.target;
  const Options& options = link.options();
  if (options.is_shared || options.is_relocatable)
    link.diagnostics().error("only executables can be written as Mach-O yet");
  target.output = output_kind(options, target.cpu);
  target.image_base = target.cpu == Cpu::I386 ? 0x1000 : 0x100000000;
  target.max_page_size = 0x1000;
  target.common_page_size = 0x1000;
  target.entry = has_loader(link) ? "_main" : "start";
  target.code_section = "__TEXT,__text";
  link.tile_digest = DigestKind::Fast;
  link.format_state = std::make_unique<MachoState>(link.session.pool.thread_count());
}

void read_library(Link& link, InputFile& file, uint32_t /*worker*/) {
  link.diagnostics().error(fmt::format("{}: dynamic libraries cannot be linked against yet", file.path), file.id);
}

// As long as no library can be read, nothing comes from one; programs show their names to nobody.
void bind_symbols(Link& link) {
  for (uint32_t i = 0; i < link.symbols.size(); i++) {
    const SymbolId id{i};
    const bool is_undefined = !link.symbols.has(id, symbol_flag::kDefined);
    if (is_undefined && link.options().unresolved == UnresolvedPolicy::Ignore)
      link.symbols.add_flags(id, symbol_flag::kUsed);
  }
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
  const MachoObject& object = object_of(file);
  const uint32_t type = object.sections[object.subsections[atom.raw].section].type();
  return type == S_MOD_INIT_FUNC_POINTERS || type == S_MOD_TERM_FUNC_POINTERS;
}

// Unwind entries of subsections are not compared yet, and two functions with different ones are not the same.
bool may_fold(const Link& /*link*/, const InputFile& /*file*/, const Atom& atom) {
  return !atom.has(atom_flag::kExecutable);
}

// Compilers for this format do not say.
bool significant_atoms(const Link& /*link*/, const InputFile& /*file*/, std::vector<AtomId>& /*out*/) {
  return false;
}

void settle(Link& link) {
  if (const OutputSection* got = find_section(link, kGotSection)) link.slots.got_address = got->address;
}

// LC_UUID: a digest of the content, in the form of RFC 4122 version 3 (a name's digest).
void seal(const Link& link, Image& image, Bytes digests) {
  Digest uuid = compute_digest(DigestKind::Fast, digests);
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0f) | 0x30);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
  image.write(state_of(link).header->uuid_offset(), uuid.view().first(16));
}

}  // namespace

const Format kFormat = {
    .id = ObjectFormat::MachO,
    .identify = identify,
    .begin = begin,
    .read_object = read_object,
    .read_library = read_library,
    .make_atoms = make_atoms,
    .common_section = common_section,
    .provide_symbols = provide_symbols,
    .bind_symbols = bind_symbols,
    .decode = decode,
    .is_root = is_root,
    .may_fold = may_fold,
    .significant_atoms = significant_atoms,
    .plan = plan,
    .refine_layout = refine_layout,
    .settle = settle,
    .define_symbols = define_symbols,
    .describe = &kDescriptions,
    .seal = seal,
};

}  // namespace xld::macho
