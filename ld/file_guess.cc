// Magic numbers of files that people give to linkers by mistake. See file_guess.h.
#include "ld/file_guess.h"

#include <algorithm>
#include <fmt/core.h>
#include <string_view>

namespace xld {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view start;
  std::string_view meaning;
};

constexpr std::string_view kMachO =
    "is a Mach-O file; link it for darwin with --target, or compile for the system that you link for";
constexpr std::string_view kPacked = "is a compressed file; unpack it first";

constexpr Magic kMagics[] = {
    {"MZ"sv, "is a Windows program or library (PE)"},
    {"\x64\x86"sv, "is a Windows object (COFF for x86-64); compile for the system that you link for"},
    {"\x4c\x01"sv, "is a Windows object (COFF for i386); compile for the system that you link for"},
    {"\0\0\xff\xff"sv, "is a Windows object or import library; compile for the system that you link for"},
    {"\xcf\xfa\xed\xfe"sv, kMachO},
    {"\xce\xfa\xed\xfe"sv, kMachO},
    {"\xfe\xed\xfa"sv, "is a big-endian Mach-O file, which is not supported"},
    {"\xca\xfe\xba\xbe"sv, "is a universal Mach-O file or a Java class; extract one architecture with lipo -thin"},
    {"\0asm"sv, "is a WebAssembly object; compile for the system that you link for"},
    {"gpch"sv, "is a precompiled header"},
    {"CPCH"sv, "is a precompiled header"},
    {"\x1f\x8b"sv, kPacked},
    {"\xfd\x37zXZ"sv, kPacked},
    {"BZh"sv, kPacked},
    {"\x28\xb5\x2f\xfd"sv, kPacked},
    {"PK\x03\x04"sv, kPacked},
    {"!<bout>\n"sv, "is an archive in b.out format, which is not supported"},
    {"<bigaf>\n"sv, "is an AIX archive, which is not supported"},
};

// The file's e_type is none that a linker knows, or it ends inside of the header.
std::string describe_elf(Bytes bytes) {
  constexpr size_t kDataEncoding = 5, kType = 16, kBigEndian = 2;
  if (bytes.size() > kDataEncoding && bytes[kDataEncoding] == kBigEndian)
    return "is a big-endian ELF file, which is not supported; compile for x86-64 or i386";
  const auto type = read<uint16_t>(bytes, kType);
  if (!type || bytes.size() < 52)
    return fmt::format("is an ELF file cut off inside its header, after {} bytes", bytes.size());
  if (*type == 4) return "is a core dump";
  return fmt::format("is an ELF file of type {}, neither object, shared library nor executable", *type);
}

}  // namespace

std::string guess_file_type(Bytes bytes) {
  if (bytes.empty()) return "is empty; was it compiled completely?";
  const std::string_view text = as_text(bytes);
  if (text.starts_with("\x7f"
                       "ELF"))
    return describe_elf(bytes);
  const auto* magic =
      std::find_if(std::begin(kMagics), std::end(kMagics), [&](const Magic& m) { return text.starts_with(m.start); });
  if (magic != std::end(kMagics)) return std::string(magic->meaning);
  return "file format not recognised: neither object, archive nor linker script";
}

}  // namespace xld
