// --tls-report: what code does with thread-local variables and runtime slots, and what became of it. One line an
// access, columns separated by tabs, in the order of the inputs: docs/targets.md describes them.
#include <fmt/core.h>

#include "ld/reports/reports.h"

namespace xld {

namespace {

std::string hexadecimal(const std::array<uint8_t, TlsAccess::kMostBytes>& bytes, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; i++) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

std::string symbol_of(const Link& link, const TlsAccess& access) {
  if (access.reloc.want == Want::None && access.reloc.raw_type == 0) return fmt::format("slot {}", access.reloc.value);
  if (access.reloc.target_kind == TargetKind::Symbol) return std::string(link.symbols.name(access.reloc.symbol()));
  return link.format->describe->symbol(link, link.inputs.file(access.file), access.reloc.raw_symbol);
}

}  // namespace

std::string list_tls_accesses(const Link& link) {
  std::string text = "file\tsection\toffset\tsymbol\taccess\tresult\told bytes\tnew bytes\n";
  for (const TlsAccess& access : link.tls_accesses.sorted()) {
    text += fmt::format("{}\t{}\t{:#x}\t{}\t{}\t{}\t{}\t{}\n", link.inputs.file(access.file).display_name(),
                        link.format->describe->atom_section(link, link.atom(access.atom)), access.offset,
                        symbol_of(link, access), access.kind, access.result.empty() ? "kept" : access.result,
                        hexadecimal(access.before, access.size), hexadecimal(access.after, access.size));
  }
  return text;
}

}  // namespace xld
