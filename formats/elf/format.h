// The ELF format as the linker sees it: one table of functions, filled in.
//
// A constant expression, so that other outputs are made of it by replacing entries: kernel_image/format.cc.
#pragma once

#include "formats/elf/binding.h"
#include "formats/elf/debug_file.h"
#include "formats/elf/decode.h"
#include "formats/elf/describe.h"
#include "formats/elf/folding.h"
#include "formats/elf/kept_relocs.h"
#include "formats/elf/library_needs.h"
#include "formats/elf/linker_sections.h"
#include "formats/elf/liveness_roots.h"
#include "formats/elf/notes.h"
#include "formats/elf/object.h"
#include "formats/elf/plain.h"
#include "formats/elf/plan.h"
#include "formats/elf/stub_library.h"
#include "formats/format.h"

namespace xld::elf {

void begin(Link& link);
SectionId common_section(Link& link, const CommonOffer& offer);
bool is_same_definition(const Link& link, const InputFile& first, uint32_t first_raw, const InputFile& second,
                        uint32_t second_raw);
bool refine_layout(Link& link);
bool encode_tables(Link& link);
void settle(Link& link);

inline constexpr Cpu kCpus[] = {Cpu::X86_64, Cpu::I386};

inline constexpr Format kFormat = {
    .id = ObjectFormat::Elf,
    .cpus = kCpus,
    .identify = identify,
    .begin = begin,
    .read_object = read_object,
    .read_library = read_library,
    .make_stub_library = make_stub_library,
    .make_atoms = make_atoms,
    .common_section = common_section,
    .is_same_definition = is_same_definition,
    .library_variable = library_variable,
    .provide_symbols = provide_symbols,
    .bind_symbols = bind_symbols,
    .foresee_exports = foresee_exports,
    .settle_libraries = settle_libraries,
    .decode = decode,
    .plain = &kPlainPath,
    .kept = &kKeptRelocs,
    .is_root = is_root,
    .fold_kind = fold_kind,
    .significant_atoms = significant_atoms,
    .plan = plan,
    .refine_layout = refine_layout,
    .settle = settle,
    .encode_tables = encode_tables,
    .define_symbols = define_symbols,
    .describe = &kDescriptions,
    .seal = seal,
    .join_separate = join_separate,
};

}  // namespace xld::elf
