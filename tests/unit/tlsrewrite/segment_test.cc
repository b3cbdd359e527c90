// -z tls-seg=gs: accesses through FS become accesses through GS.
#include "tlsrewrite/segment.h"

#include <gtest/gtest.h>

#include "tests/unit/arch/hex.h"

namespace xld {
namespace {

using test::from_hex;
using test::to_hex;

std::string moved(const char* hex, uint64_t field) {
  const auto code = from_hex(hex);
  auto out = code;
  x86::InstructionFinder finder(code, x86::Mode::Bits64);
  return use_gs(finder, field, out, 0) ? to_hex(out) : "not decoded";
}

TEST(Segment, ChangesThePrefixOfTheInstructionItself) {
  EXPECT_EQ(moved("64 48 8b 04 25 00 00 00 00", 5), "65 48 8b 04 25 00 00 00 00");  // mov %fs:x@tpoff,%rax
  EXPECT_EQ(moved("48 8b 80 00 00 00 00", 3), "48 8b 80 00 00 00 00");              // mov x@tpoff(%rax),%rax
  // mov $0x64000000,%eax; mov x@tpoff(%rax),%rax: the 64 is a part of the number.
  EXPECT_EQ(moved("b8 00 00 00 64 48 8b 80 00 00 00 00", 8), "b8 00 00 00 64 48 8b 80 00 00 00 00");
  EXPECT_EQ(moved("06 64 48 8b 04 25 00 00 00 00", 6), "not decoded");
}

TEST(Segment, ChangesLoadsOfTheThreadPointer) {
  auto code = from_hex("64 48 8b 04 25 00 00 00 00 b8 64 4c 8b 3c 25 00 00 00 00");
  EXPECT_FALSE(use_gs_for_thread_pointer(code, {}));
  EXPECT_EQ(to_hex(code), "65 48 8b 04 25 00 00 00 00 b8 64 4c 8b 3c 25 00 00 00 00");
  auto unclear = from_hex("c3 06 64 4c 8b 3c 25 00 00 00 00");
  EXPECT_EQ(use_gs_for_thread_pointer(unclear, {}), 1);
  auto data = from_hex("c3 06 64 64 64 64");
  EXPECT_FALSE(use_gs_for_thread_pointer(data, {}));
}

}  // namespace
}  // namespace xld
