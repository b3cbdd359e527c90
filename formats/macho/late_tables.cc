// See late_tables.h. <mach-o/loader.h>, LC_FUNCTION_STARTS, LC_DATA_IN_CODE.
#include "formats/macho/late_tables.h"

#include <algorithm>

#include "core/leb128.h"
#include "formats/macho/exports.h"
#include "formats/macho/fixups.h"
#include "formats/macho/kept_relocs.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/object.h"
#include "formats/macho/section_names.h"
#include "formats/macho/signature.h"
#include "formats/macho/state.h"

namespace xld::macho {

namespace {

bool is_code(const Link& link, const Atom& atom) {
  const OutputSection& section = link.layout.section(atom.section);
  return section.is_executable && segment_of(section.name) == "__TEXT" && section.type == S_REGULAR;
}

constexpr uint32_t kNoFunctions = atom_flag::kFolded | atom_flag::kMerge | atom_flag::kUnwind;

// Every piece of code begins a function; in files that are not cut, every symbol does.
void add_functions(const Link& link, const InputFile& file, std::vector<uint64_t>& out) {
  const MachoObject& object = object_of(file);
  for (uint32_t i = 0; i < file.atom_count; i++) {
    const AtomId id{file.first_atom.value + i};
    const Atom& atom = link.atom(id);
    if (!link.is_live[id.value] || atom.has(kNoFunctions)) continue;
    if (is_code(link, atom) && atom.size != 0) out.push_back(atom.address);
  }
  if (object.has_subsections) return;
  for (uint32_t i = 0; i < object.symbol_count; i++) {
    const RawSymbol raw = raw_symbol(link, object, i);
    if (!is_defined_in_section(raw)) continue;
    const Subsection* piece = subsection_of(object, i);
    if (!piece || !piece->atom.is_valid() || !link.is_live[piece->atom.value]) continue;
    const Atom& atom = link.atom(piece->atom);
    if (atom.has(kNoFunctions)) continue;  // symbols of __eh_frame, which is no section of the output
    if (is_code(link, atom) && raw.value - piece->address < atom.size)
      out.push_back(atom.address + (raw.value - piece->address));
  }
}

// Distances between addresses, ascending, from the header on; a zero ends them.
std::vector<uint8_t> make_function_starts(const Link& link) {
  const auto& files = link.inputs.files;
  std::vector<std::vector<uint64_t>> parts(files.size());
  parallel_for(link.session.pool, files.size(), 8, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) add_functions(link, *files[i], parts[i]);
  });
  std::vector<uint64_t> addresses;
  for (const auto& part : parts) addresses.insert(addresses.end(), part.begin(), part.end());
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
  std::vector<uint8_t> out;
  uint64_t last = link.layout.plan.base_address;
  for (const uint64_t address : addresses) {
    append_uleb(out, address - last);
    last = address;
  }
  if (!out.empty()) out.push_back(0);
  return out;
}

void add_data_in_code(const Link& link, const InputFile& file, std::vector<DataInCodeEntry>& out) {
  const MachoObject& object = object_of(file);
  for (size_t i = 0; i + sizeof(DataInCodeEntry) <= object.data_in_code.size(); i += sizeof(DataInCodeEntry)) {
    auto entry = load<DataInCodeEntry>(object.data_in_code.data() + i);
    const uint32_t section = section_at(object, entry.offset);
    if (section == object.sections.size()) continue;
    const Subsection* piece = subsection_at(object, section, entry.offset);
    if (!piece || !piece->atom.is_valid() || !link.is_live[piece->atom.value]) continue;
    const Atom& atom = link.atom(piece->atom);
    const uint64_t offset = entry.offset - piece->address;
    if (atom.has(atom_flag::kFolded) || offset >= atom.size) continue;
    entry.offset = static_cast<uint32_t>(atom.address + offset - link.layout.plan.base_address);
    out.push_back(entry);
  }
}

std::vector<uint8_t> make_data_in_code(const Link& link) {
  std::vector<DataInCodeEntry> entries;
  for (const InputFile* file : link.inputs.files) add_data_in_code(link, *file, entries);
  std::sort(entries.begin(), entries.end(),
            [](const DataInCodeEntry& a, const DataInCodeEntry& b) { return a.offset < b.offset; });
  std::vector<uint8_t> out(entries.size() * sizeof(DataInCodeEntry));
  for (size_t i = 0; i < entries.size(); i++) store(out.data() + i * sizeof(DataInCodeEntry), entries[i]);
  return out;
}

// The signature is the last chunk, and its size follows from where it begins in the file.
void size_signature(Link& link) {
  MachoState& state = state_of(link);
  const OutputSection& tables = link.layout.sections[link.layout.segments.back().first];
  uint64_t position = align_up(link.layout.file_size, link.layout.plan.page_size);
  for (const Chunk* chunk : tables.chunks) {
    position = align_up(position, chunk->alignment);
    if (chunk == state.signature) break;
    position += chunk->size();
  }
  state.signature->bytes.assign(signature_size(link, position), 0);
}

}  // namespace

void build_late_tables(Link& link) {
  const auto timer = link.session.timings.measure("late_tables");
  MachoState& state = state_of(link);
  if (!link.applies_relocs()) {
    build_kept_relocs(link);
    if (state.data_in_code) state.data_in_code->bytes = make_data_in_code(link);
    return;
  }
  gather_fixups(link);
  build_fixup_tables(link);
  if (state.exports) state.exports->bytes = make_export_trie(link);
  if (state.function_starts) state.function_starts->bytes = make_function_starts(link);
  if (state.data_in_code) state.data_in_code->bytes = make_data_in_code(link);
  if (state.signature) size_signature(link);
}

}  // namespace xld::macho
