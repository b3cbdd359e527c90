// Demangling of C++ and of both Rust forms, and names that are none of these.
#include "core/demangle.h"

#include <gtest/gtest.h>

namespace xld {
namespace {

TEST(Demangle, LeavesOtherNamesAlone) {
  for (const auto* name : {"", "main", "i", "_Z", "_R", "_Zxx", "_Rust", "printf@GLIBC_2.2.5", "_ZN3fooE17h"}) {
    EXPECT_EQ(demangle(name), name);
  }
}

TEST(Demangle, ReadsCxx) {
  EXPECT_EQ(demangle("_ZN3foo3barEi"), "foo::bar(int)");
  EXPECT_EQ(demangle("__ZN3foo3barEi"), "foo::bar(int)");
  EXPECT_EQ(demangle("_ZNSt6vectorIiSaIiEE9push_backERKi"),
            "std::vector<int, std::allocator<int> >::push_back(int const&)");
}

TEST(Demangle, ReadsLegacyRust) {
  EXPECT_EQ(demangle("_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE"), "core::fmt::Formatter::write_str");
  EXPECT_EQ(demangle("_ZN59_$LT$r..P$LT$T$GT$$u20$as$u20$r..Tr$u5b$$RF$mut$u5d$$C$$GT$2go17h0123456789abcdefE"),
            "<r::P<T> as r::Tr[&mut],>::go");
  EXPECT_EQ(demangle("_ZN30_$LT$r..P$u20$as$u20$r..Tr$GT$2go17h0123456789abcdefE.llvm.12"), "<r::P as r::Tr>::go");
  EXPECT_EQ(demangle("_ZN3foo17h0123456789abcdeXE"), "foo::h0123456789abcdeX");
}

// Names and texts from RFC 2603 and from rustc.
TEST(Demangle, ReadsRustV0) {
  EXPECT_EQ(demangle("_RNvC6_123foo3bar"), "123foo::bar");
  EXPECT_EQ(demangle("_RNvNtCs1234_7mycrate3foo3bar.llvm.1"), "mycrate::foo::bar");
  EXPECT_EQ(demangle("_RNvCslNYArtu3iFV_5alloc3bar"), "alloc::bar");  // nearly 2^64
  EXPECT_EQ(demangle("_RNCNvC1r4main0"), "r::main::{closure#0}");
  EXPECT_EQ(demangle("_RNCNvC1r4mains_0"), "r::main::{closure#1}");
  EXPECT_EQ(demangle("_RINvC1r2tyRAhj2_EB2_"), "r::ty::<&[u8; 2]>");
  EXPECT_EQ(demangle("_RINvC1r2tyFUKCRhEuE"), "r::ty::<unsafe extern \"C\" fn(&u8)>");
  EXPECT_EQ(demangle("_RINvC1r2tyFG_RL0_hEhE"), "r::ty::<for<'a> fn(&'a u8) -> u8>");
  EXPECT_EQ(demangle("_RINvC1r2tyRDNtC1r2TrEL_E"), "r::ty::<&dyn r::Tr>");
  EXPECT_EQ(demangle("_RINvC1r2tyTEThETheOxPeEE"), "r::ty::<(), (u8,), (u8, str, *mut i64, *const str)>");
  EXPECT_EQ(demangle("_RNvMC1rINtC1r1CKb1_Kc7a_Kln5_E1m"), "<r::C<true, 'z', -5>>::m");
  EXPECT_EQ(demangle("_RNvXC1rNtC1r1PNtC1r2Tr2go"), "<r::P as r::Tr>::go");
}

TEST(Demangle, RefusesWhatExplodes) {
  std::string types = "_RINvC1r1f";
  size_t previous = types.size() - 2;
  types += "TheE";
  for (int i = 0; i < 40; i++) {
    const size_t own = types.size() - 2;
    const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const size_t at = previous - 1;
    const std::string reference =
        at < 62 ? std::string("B") + digits[at] + "_" : std::string("B") + digits[at / 62] + digits[at % 62] + "_";
    types += "T" + reference + reference + "E";
    previous = own;
  }
  types += "E";
  EXPECT_EQ(demangle(types), types);

  std::string pairs = "_Z1f1a";
  const std::string letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (size_t i = 0; i < 30; i++) {
    const std::string reference = i == 0 ? "S_" : std::string("S") + letters[i - 1] + "_";
    pairs += "M" + reference + reference;
  }
  EXPECT_EQ(demangle(pairs), pairs);
  const std::string deep = "_RMC1r" + std::string(100000, 'S') + "h";
  EXPECT_EQ(demangle(deep), deep);
}

TEST(Demangle, EveryPrefixAndByteIsHarmless) {
  const std::string name = "_RINvMC1rINtC1r1CKb1_Kc7a_Kln5_E1mRDG_NtC1r2Trp1xhEL_FUKCRhEuTB2_EAhj2_E";
  for (size_t size = 0; size <= name.size(); size++) {
    demangle(name.substr(0, size));
    for (const char c : {'B', 'E', '_', '9', 'G', 'T', '\xff'}) {
      auto changed = name;
      if (size < name.size()) changed[size] = c;
      demangle(changed);
    }
  }
}

}  // namespace
}  // namespace xld
