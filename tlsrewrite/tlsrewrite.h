// Thread-local access made cheaper: which model a reference may use, and the instructions rewritten to it.
//
// Follows "ELF Handling For Thread-Local Storage" (Drepper) §5, the x86-64 psABI §B and the TLS descriptor papers. The
// decision is a pure function of what is written and what is known of the symbol, so the scan of relocations and their
// emission agree. Instruction bytes are recognised, never assumed: an unknown sequence is left as it is, or refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "arch/arch.h"
#include "core/bytes.h"
#include "core/reloc.h"
#include "core/result.h"
#include "core/target.h"

namespace xld {

enum class TlsModel : uint8_t { GeneralDynamic, LocalDynamic, Descriptor, InitialExec, LocalExec };

// "general-dynamic"
std::string_view model_name(TlsModel model);

struct TlsFacts {
  bool is_executable;   // the output's TLS block is the first module's: offsets from the thread pointer are constant
  bool is_preemptible;  // another module may define the symbol
  bool may_relax;       // --relax (the default); always true for an output without a loader, which has no descriptors
};

// The model a relocation asks for; only for those with a Tls… want and for markers. For Want::TlsBlockOffset it says
// what the code has in its register: where LocalDynamic becomes LocalExec, that is the thread pointer, so a reference
// in loaded code has to be an offset from it (Want::TlsOffset), while debug information keeps the offset in the block.
TlsModel model_of(const Reloc& reloc);

// The cheapest model that is legal: the table of the papers.
TlsModel choose_model(TlsModel written, TlsFacts facts);

// What recognising one sequence found.
struct TlsSequence {
  TlsModel model;                    // what the code will use after rewriting
  bool is_rewritten = false;         // false: the code stays as it is, the relocation is applied as written
  uint8_t relocations_consumed = 1;  // with those of the other instructions of a rewritten sequence
  uint8_t form = 0;                  // which of the CPU's sequences: for rewrite_tls
  uint32_t begin = 0;                // the bytes that are rewritten
  uint8_t size = 0;
};

// The relocation of another instruction of a sequence than the first, which means nothing without it (Sun's forms).
constexpr bool is_part_of_sequence(const Reloc& reloc) {
  return (reloc.hints & (hint::kIsTlsSequence | hint::kMustRewrite)) == hint::kMustRewrite;
}

// Recognises the sequence that `relocs[0]` starts (the relocations after it follow) and says which model it will have
// in the output. Error: bytes that are no known sequence although the relocation requires one. For
// relocations with hint::kIsTlsSequence or kIsTlsMarker. Depends on nothing that layout decides.
Result<TlsSequence> recognise_tls(Cpu cpu, Bytes code, std::span<const Reloc> relocs, TlsFacts facts);

// Addresses for a rewritten sequence. Exactly those the new model needs are valid.
struct TlsValues {
  int64_t thread_offset;  // S + A + Reloc::bias relative to the thread pointer (LocalExec)
  uint64_t slot;          // address of the initial-exec slot (InitialExec)
  uint64_t place;         // address of relocs[0]'s field
  uint64_t got_base;      // address of _GLOBAL_OFFSET_TABLE_ (386: slots are addressed from it)
};

// Rewrites the instructions of a recognised sequence to `sequence.model`. False, and nothing changed, if a value does
// not fit.
bool rewrite_tls(Cpu cpu, MutableBytes code, std::span<const Reloc> relocs, const TlsSequence& sequence,
                 const TlsValues& values);

}  // namespace xld
