// The names of nearly all sections as literals, and the old names of coalesced sections. See section_names.h.
#include "formats/macho/section_names.h"

#include <charconv>
#include <fmt/core.h>

namespace xld::macho {

namespace {

struct NameRow {
  std::string_view segment, section;
  std::string_view output;
};

constexpr NameRow kNames[] = {
    {"__TEXT", "__text", "__TEXT,__text"},
    {"__TEXT", "__cstring", "__TEXT,__cstring"},
    {"__TEXT", "__const", "__TEXT,__const"},
    {"__TEXT", "__literal4", "__TEXT,__literals"},
    {"__TEXT", "__literal8", "__TEXT,__literals"},
    {"__TEXT", "__literal16", "__TEXT,__literals"},
    {"__DATA", "__data", "__DATA,__data"},
    {"__DATA", "__const", "__DATA,__const"},
    {"__DATA", "__bss", "__DATA,__bss"},
    {"__DATA", "__common", "__DATA,__common"},
    {"__DATA", "__mod_init_func", "__DATA,__mod_init_func"},
    // Compilers before 2015 put what may be coalesced into sections of its own.
    {"__TEXT", "__textcoal_nt", "__TEXT,__text"},
    {"__TEXT", "__StaticInit", "__TEXT,__text"},
    {"__TEXT", "__const_coal", "__TEXT,__const"},
    {"__DATA", "__datacoal_nt", "__DATA,__data"},
    {"__DATA", "__const_coal", "__DATA,__const"},
};

}  // namespace

std::string_view output_section_name(Session& session, std::string_view segment, std::string_view section) {
  for (const NameRow& row : kNames)
    if (row.section == section && row.segment == segment) return row.output;
  return session.keep(fmt::format("{},{}", segment, section));
}

std::optional<FunctionTable> function_table(std::string_view name) {
  if (segment_of(name) != "__DATA") return std::nullopt;
  std::string_view digits = section_of(name);
  const bool is_init = digits.starts_with(kEarlyInit);
  if (!is_init && !digits.starts_with(kLateTerm)) return std::nullopt;
  digits.remove_prefix(is_init ? kEarlyInit.size() : kLateTerm.size());
  FunctionTable table;
  table.name = is_init ? "__DATA,__mod_init_func" : "__DATA,__mod_term_func";
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), table.priority);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return table;
}

}  // namespace xld::macho
