// The names of nearly all sections as literals, and the old names of coalesced sections. See section_names.h.
#include "formats/macho/section_names.h"

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
    {"__TEXT", "__literal4", "__TEXT,__literal4"},
    {"__TEXT", "__literal8", "__TEXT,__literal8"},
    {"__TEXT", "__literal16", "__TEXT,__literal16"},
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

}  // namespace xld::macho
