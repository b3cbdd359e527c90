// Which TLS model a reference gets: the decision tables.
#include <array>

#include "tlsrewrite/tlsrewrite.h"

namespace xld {
namespace {

using enum TlsModel;

struct Choice {
  TlsModel if_preemptible;
  TlsModel if_own;
};

// In an executable, by what is written. A library keeps what is written: it may be loaded late, when there is no room
// left beside the thread pointer.
constexpr std::array<Choice, 5> kInExecutable = {{
    {InitialExec, LocalExec},  // GeneralDynamic
    {LocalExec, LocalExec},    // LocalDynamic: the module is the executable itself
    {InitialExec, LocalExec},  // Descriptor
    {InitialExec, LocalExec},  // InitialExec
    {LocalExec, LocalExec},    // LocalExec
}};

}  // namespace

TlsModel model_of(const Reloc& reloc) {
  if (reloc.hints & hint::kIsTlsMarker) return Descriptor;
  switch (reloc.want) {
    case Want::TlsPairSlot:
      return GeneralDynamic;
    case Want::TlsModuleSlot:
    case Want::TlsBlockOffset:
      return LocalDynamic;
    case Want::TlsDescSlot:
      return Descriptor;
    case Want::TlsOffsetSlot:
    case Want::TlsNegatedOffsetSlot:
      return InitialExec;
    default:
      return LocalExec;
  }
}

TlsModel choose_model(TlsModel written, TlsFacts facts) {
  if (!facts.is_executable || !facts.may_relax) return written;
  const Choice& choice = kInExecutable[static_cast<uint8_t>(written)];
  return facts.is_preemptible ? choice.if_preemptible : choice.if_own;
}

}  // namespace xld
