// Which TLS model a reference gets: the decision table.
#include <array>

#include "tlsrewrite/tlsrewrite.h"

namespace xld {
namespace {

using enum TlsModel;

// What an access becomes. Static programs, dynamic ones and those that may be loaded anywhere are alike: their block is
// the first beside the thread pointer, so that offsets in it are constants. A library keeps what is written: it may be
// loaded late, when there is no room left beside the thread pointer.
struct Choice {
  TlsModel written;
  TlsModel own_in_program;       // the program's own variable
  TlsModel imported_in_program;  // another module's, or one that another module may define
  TlsModel in_library;
};

constexpr std::array<Choice, 5> kChoices = {{
    {GeneralDynamic, LocalExec, InitialExec, GeneralDynamic},
    {LocalDynamic, LocalExec, LocalExec, LocalDynamic},  // the module is the program itself
    {Descriptor, LocalExec, InitialExec, Descriptor},
    {InitialExec, LocalExec, InitialExec, InitialExec},
    {LocalExec, LocalExec, LocalExec, LocalExec},  // whether it can be is the scan's to judge
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
  const Choice& choice = kChoices[static_cast<uint8_t>(written)];
  if (!facts.is_executable || !facts.may_relax) return choice.in_library;
  return facts.is_preemptible ? choice.imported_in_program : choice.own_in_program;
}

}  // namespace xld
