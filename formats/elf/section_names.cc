// The table of section name prefixes. See section_names.h.
#include "formats/elf/section_names.h"

#include <algorithm>
#include <charconv>

namespace xld::elf {

namespace {

struct Rule {
  std::string_view prefix;  // the name itself, or the name followed by a dot and anything
  std::string_view output;
};

// The most frequent first: nearly all input sections of C++ objects are the first six.
constexpr Rule kRules[] = {
    {".text", ".text"},
    {".rodata", ".rodata"},
    {".data.rel.ro", ".data.rel.ro"},
    {".data", ".data"},
    {".bss.rel.ro", ".bss.rel.ro"},
    {".bss", ".bss"},
    {".gcc_except_table", ".gcc_except_table"},
    {".init_array", ".init_array"},
    {".fini_array", ".fini_array"},
    {".preinit_array", ".preinit_array"},
    {".ctors", ".init_array"},
    {".dtors", ".fini_array"},
    {".tdata", ".tdata"},
    {".tbss", ".tbss"},
    {".ldata", ".ldata"},
    {".lrodata", ".lrodata"},
    {".lbss", ".lbss"},
    {".ltext", ".ltext"},
    {".gnu.linkonce.t", ".text"},
    {".gnu.linkonce.r", ".rodata"},
    {".gnu.linkonce.d.rel.ro", ".data.rel.ro"},
    {".gnu.linkonce.d", ".data"},
    {".gnu.linkonce.b", ".bss"},
    {".gnu.linkonce.td", ".tdata"},
    {".gnu.linkonce.tb", ".tbss"},
    {".gnu.linkonce.e", ".gcc_except_table"},
    {".gnu.linkonce.wi", ".debug_info"},
    {".gnu.linkonce.lr", ".lrodata"},
    {".gnu.linkonce.lb", ".lbss"},
    {".gnu.linkonce.l", ".ldata"},
};

bool matches(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '.');
}

constexpr uint32_t kNoPriority = 65536;

}  // namespace

std::string_view output_section_name(std::string_view input_name, uint64_t /*flags*/) {
  if (!input_name.starts_with('.')) return input_name;
  for (const Rule& rule : kRules)
    if (matches(input_name, rule.prefix)) return rule.output;
  return input_name;
}

uint32_t initialiser_priority(std::string_view input_name) {
  const size_t dot = input_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return kNoPriority;
  const std::string_view digits = input_name.substr(dot + 1);
  uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number > 65535) return kNoPriority;
  // .ctors and .dtors count down: they were run from the end.
  const bool is_reversed = input_name.starts_with(".ctors") || input_name.starts_with(".dtors");
  return is_reversed ? 65535 - number : number;
}

uint32_t text_rank(std::string_view input_name) {
  static constexpr std::string_view kOrder[] = {".text.unlikely", ".text.exit", ".text.startup", ".text.hot"};
  constexpr uint32_t kOrdinary = std::size(kOrder);
  if (input_name.size() <= 5 || input_name[5] != '.') return kOrdinary;
  for (uint32_t i = 0; i < kOrdinary; i++)
    if (matches(input_name, kOrder[i])) return i;
  return kOrdinary;
}

std::string_view text_section_prefix(std::string_view input_name) {
  static constexpr std::string_view kPrefixes[] = {".text.hot",   ".text.unlikely", ".text.unknown",
                                                   ".text.split", ".text.startup",  ".text.exit"};
  for (const std::string_view prefix : kPrefixes)
    if (matches(input_name, prefix)) return prefix;
  return {};
}

bool is_debug_section(std::string_view name) {
  static constexpr std::string_view kPrefixes[] = {".debug_", ".zdebug_",       ".gnu.linkonce.wi.",
                                                   ".stab",   ".gnu.debuglto_", ".gdb_index"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
         name == ".debug" || name == ".line";
}

bool is_c_identifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_word = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name[0]) && std::all_of(name.begin(), name.end(), is_word);
}

}  // namespace xld::elf
