// What cannot be an image is refused, with the number that is too large.
#include <gtest/gtest.h>

#include "tests/unit/kernel_image/image_link.h"

namespace xld::kernel_image {
namespace {

constexpr uint64_t kGiB = uint64_t{1} << 30;

// Links a few bytes after `change`, and expects one message with each of the parts, and no output.
template <typename Change>
void expect_refused(ImageKind kind, Change change, std::initializer_list<std::string_view> parts) {
  ImageLink link(kind);
  link.add(".data", 100);
  change(link);
  EXPECT_TRUE(link.link().empty());
  EXPECT_FALSE(link.is_linked);
  EXPECT_FALSE(std::filesystem::exists(link.options.output));
  for (const std::string_view part : parts)
    EXPECT_NE(link.messages.find(part), std::string::npos) << part << " is not in: " << link.messages;
}

TEST(ImageChecks, TheLoadAddressIsAPage) {
  expect_refused(ImageKind::Elf, [](ImageLink& link) { link.options.image.load_address = 0x100010; },
                 {"--load-address=0x100010", "0x10 bytes behind", "0x1000"});
}

TEST(ImageChecks, SectionsDoNotOverlap) {
  for (const ImageKind kind : {ImageKind::Elf, ImageKind::Disk, ImageKind::Flat, ImageKind::Hex, ImageKind::Efi})
    expect_refused(kind,
                   [](ImageLink& link) {
                     link.add(".one", 0x2000, 0x200000);
                     link.add(".two", 0x10, 0x201ff8);
                   },
                   {"section .one at 0x200000, 0x2000 bytes", "section .two at 0x201ff8 by 0x8 bytes"});
}

TEST(ImageChecks, NothingIsBelowTheLoadAddress) {
  expect_refused(ImageKind::Disk, [](ImageLink& link) { link.add(".low", 16, 0x8000); },
                 {"section .low", "load address 0x8000", "0x100000"});
}

TEST(ImageChecks, TheEndIsWhereTheProtocolReaches) {
  expect_refused(ImageKind::Disk, [](ImageLink& link) { link.options.image.load_address = 3 * kGiB - 0x1000; },
                 {"--image=disk", "beyond 0xc0000000"});
  expect_refused(ImageKind::Elf, [](ImageLink& link) { link.options.image.load_address = 4 * kGiB - 0x1000; },
                 {"--image=elf", "beyond 0x100000000"});
  expect_refused(ImageKind::BzImage, [](ImageLink& link) { link.options.image.load_address = 0x200000; },
                 {"0x100000, not to 0x200000"});
}

// Zero-filled memory counts for the end, and contents for the size: a section far away makes the file that large.
TEST(ImageChecks, TheSizeIsWhatTheFormatCanSay) {
  for (const ImageKind kind : {ImageKind::Efi, ImageKind::Esp})
    expect_refused(kind, [](ImageLink& link) { link.add(".far", 16, 0x100000 + 2 * kGiB); },
                   {"the image has 2147487844 bytes", "more than fit into"});
}

TEST(ImageChecks, NobodyRelocatesOrInterpretsAKernel) {
  expect_refused(ImageKind::Elf, [](ImageLink& link) { link.options.is_pie = true; }, {"-pie with --image"});
  expect_refused(ImageKind::Elf, [](ImageLink& link) { link.options.is_shared = true; }, {"-shared with --image"});
  expect_refused(ImageKind::Elf, [](ImageLink& link) { link.options.is_relocatable = true; }, {"-r with --image"});
  expect_refused(ImageKind::Elf, [](ImageLink& link) { link.options.dynamic_linker = "/lib/ld.so"; },
                 {"--dynamic-linker with --image", "/lib/ld.so"});
}

TEST(ImageChecks, TheTargetIsBareMetal) {
  expect_refused(ImageKind::Elf,
                 [](ImageLink& link) {
                   link.options.target.cpu = Cpu::X86_64;
                   link.options.target.os = OperatingSystem::Linux;
                 },
                 {"--target=none-amd64"});
}

}  // namespace
}  // namespace xld::kernel_image
