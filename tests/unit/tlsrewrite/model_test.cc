// Which TLS model a reference gets.
#include <gtest/gtest.h>

#include "tlsrewrite/tlsrewrite.h"

namespace xld {
namespace {

using enum TlsModel;

constexpr TlsModel kAll[] = {GeneralDynamic, LocalDynamic, Descriptor, InitialExec, LocalExec};

TEST(TlsModel, LibrariesAndNoRelaxKeepWhatIsWritten) {
  for (TlsModel written : kAll) {
    for (bool is_preemptible : {false, true}) {
      EXPECT_EQ(choose_model(written, {false, is_preemptible, true}), written);
      EXPECT_EQ(choose_model(written, {true, is_preemptible, false}), written);
    }
  }
}

TEST(TlsModel, ExecutablesReachTheirOwnVariablesDirectly) {
  for (TlsModel written : kAll) EXPECT_EQ(choose_model(written, {true, false, true}), LocalExec);
}

TEST(TlsModel, ExecutablesLoadTheOffsetOfOthersVariables) {
  constexpr TlsFacts kImported = {true, true, true};
  EXPECT_EQ(choose_model(GeneralDynamic, kImported), InitialExec);
  EXPECT_EQ(choose_model(Descriptor, kImported), InitialExec);
  EXPECT_EQ(choose_model(InitialExec, kImported), InitialExec);
  EXPECT_EQ(choose_model(LocalDynamic, kImported), LocalExec);
}

TEST(TlsModel, IsWhatTheRelocationAsksFor) {
  Reloc reloc;
  const auto model = [&](Want want) {
    reloc.want = want;
    return model_of(reloc);
  };
  EXPECT_EQ(model(Want::TlsPairSlot), GeneralDynamic);
  EXPECT_EQ(model(Want::TlsModuleSlot), LocalDynamic);
  EXPECT_EQ(model(Want::TlsBlockOffset), LocalDynamic);
  EXPECT_EQ(model(Want::TlsDescSlot), Descriptor);
  EXPECT_EQ(model(Want::TlsOffsetSlot), InitialExec);
  EXPECT_EQ(model(Want::TlsNegatedOffsetSlot), InitialExec);
  EXPECT_EQ(model(Want::TlsOffset), LocalExec);
  reloc.hints = hint::kIsTlsMarker;
  EXPECT_EQ(model(Want::None), Descriptor);
}

}  // namespace
}  // namespace xld
