// --map=json: the map for programs. docs/map-json.md has the schema; a change of it changes `version`.
#include <map>

#include "ld/reports/json.h"
#include "ld/reports/map.h"
#include "ld/reports/reports.h"

namespace xld {

namespace {

constexpr uint64_t kSchemaVersion = 1;

std::string_view kind_name(MapEntry::Kind kind) {
  switch (kind) {
    case MapEntry::Kind::Input:
      return "input";
    case MapEntry::Kind::Common:
      return "common";
    case MapEntry::Kind::Linker:
      return "linker";
    case MapEntry::Kind::Shared:
      return "shared";
  }
  return {};
}

class JsonMap {
 public:
  explicit JsonMap(const Link& link) : link_(link), model_(link) {
    for (const InputFile* file : link.inputs.files) file_numbers_.emplace(file->id, file_numbers_.size());
  }

  std::string write() {
    json_.begin_object();
    json_.member("version", kSchemaVersion);
    json_.member("output", link_.output_path);
    if (has_addresses(link_)) json_.address_member("entry", link_.entry_address);
    write_files();
    write_removed();
    write_lost_groups();
    write_commons();
    if (has_addresses(link_)) {
      write_sections();
      write_linker_symbols();
    }
    json_.end_object();
    return json_.take();
  }

 private:
  void file_member(std::string_view name, FileId id) { json_.member(name, file_numbers_.at(id)); }

  template <class List, class Fn>
  void write_list(std::string_view name, const List& list, Fn write_element) {
    json_.key(name);
    json_.begin_array();
    for (const auto& element : list) {
      json_.begin_object();
      write_element(element);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_files() {
    std::map<FileId, Extraction> reasons;
    for (const Extraction& reason : first_reasons(link_)) reasons.emplace(reason.member, reason);
    write_list("files", link_.inputs.files, [&](const InputFile* file) {
      json_.member("path", file->path);
      if (!file->member.empty()) json_.member("member", file->member);
      json_.member("size", file->bytes.size());
      const auto reason = reasons.find(file->id);
      if (reason == reasons.end()) return;
      json_.member("taken_for", link_.symbols.name(reason->second.symbol));
      if (reason->second.user.is_valid()) file_member("taken_by", reason->second.user);
    });
  }

  void write_removed() {
    write_list("removed", removed_atoms(link_), [&](AtomId id) {
      const Atom& atom = link_.atom(id);
      file_member("file", atom.file);
      json_.member("section", link_.format->describe->atom_section(link_, atom));
      json_.member("size", atom.size);
    });
  }

  void write_lost_groups() {
    write_list("duplicate_groups", lost_groups(link_), [&](const LostGroup& group) {
      json_.member("name", group.name);
      file_member("file", group.file->id);
      file_member("provider", group.provider->id);
    });
  }

  void write_commons() {
    write_list("commons", common_symbols(link_), [&](const CommonSymbol& common) {
      json_.member("name", link_.symbols.name(common.symbol));
      json_.member("size", common.size);
      file_member("file", common.file->id);
    });
  }

  void write_sections() {
    uint32_t index = 0;
    write_list("sections", link_.layout.sections, [&](const OutputSection& section) {
      json_.member("name", section.name);
      json_.address_member("address", section.is_allocated ? section.address : 0);
      json_.address_member("load_address", section.is_allocated ? section.load_address : 0);
      json_.address_member("file_offset", section.file_offset);
      json_.member("size", section.size);
      json_.member("alignment", section.alignment);
      json_.raw_member("loaded", section.is_allocated ? "true" : "false");
      write_list("contents", model_.entries_of(SectionId{index++}),
                 [&](const MapEntry& entry) { write_entry(entry, section); });
    });
  }

  void write_entry(const MapEntry& entry, const OutputSection& section) {
    json_.member("kind", kind_name(entry.kind));
    if (entry.kind != MapEntry::Kind::Shared) json_.address_member("address", entry.address);
    json_.member("size", entry.size);
    json_.member("alignment", entry.alignment);
    if (entry.kind == MapEntry::Kind::Linker) return;
    const Atom& atom = link_.atom(entry.atom);
    if (entry.kind != MapEntry::Kind::Common) {
      file_member("file", atom.file);
      json_.member("section", link_.format->describe->atom_section(link_, atom));
    }
    if (section.is_allocated) write_symbols(model_.symbols_in(entry.atom));
  }

  void write_symbols(std::span<const PlacedSymbol> symbols) {
    if (symbols.empty()) return;
    write_list("symbols", symbols, [&](const PlacedSymbol& symbol) {
      json_.member("name", symbol.name);
      json_.address_member("address", model_.address_of(symbol));
      json_.member("size", symbol.size);
      json_.member("scope", symbol.scope);
    });
  }

  void write_linker_symbols() {
    write_list("linker_symbols", linker_symbols(link_), [&](const LinkerSymbol& symbol) {
      json_.member("name", symbol.name);
      json_.address_member("address", symbol.address);
    });
  }

  const Link& link_;
  const MapModel model_;
  std::map<FileId, uint64_t> file_numbers_;  // position in "files"
  JsonWriter json_;
};

}  // namespace

std::string json_map(const Link& link) {
  return JsonMap(link).write();
}

}  // namespace xld
