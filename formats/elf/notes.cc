// See notes.h. Linux Extensions to gABI, "Program Property"; x86-64 psABI §5.1 (IBT, SHSTK, ISA levels).
#include "formats/elf/notes.h"

#include <algorithm>
#include <fmt/core.h>
#include <sys/random.h>

#include "core/digest.h"
#include "formats/elf/elf.h"
#include "formats/elf/object.h"
#include "formats/elf/state.h"

namespace xld::elf {

namespace {

constexpr std::string_view kGnu("GNU", 4);
constexpr std::string_view kFreedesktop("FDO", 4);

void write_note_header(uint8_t* place, std::string_view owner, uint32_t descriptor_size, uint32_t type) {
  store(place, static_cast<uint32_t>(owner.size()));
  store(place + 4, descriptor_size);
  store(place + 8, type);
  std::copy(owner.begin(), owner.end(), place + 12);
}

}  // namespace

namespace {

struct StackWish {
  const InputFile* asking = nullptr;  // the first whose note is executable
  const InputFile* silent = nullptr;  // the first without a note
  bool has_note = false;
};

// Data needs no stack at all, executable or not: files taken with -b binary, and what objcopy makes of such.
bool has_code(const Link& link, const InputFile& file) {
  for (uint32_t i = 0; i < file.atom_count; i++)
    if (const Atom& atom = link.atom(AtomId{file.first_atom.value + i});
        atom.has(atom_flag::kExecutable) && atom.size != 0)
      return true;
  return false;
}

StackWish read_stack_notes(const Link& link) {
  StackWish wish;
  for (const InputFile* file : link.inputs.files) {
    const ElfObject& object = object_of(*file);
    if (object.wants_executable_stack && !wish.asking) wish.asking = file;
    if (object.has_stack_note) wish.has_note = true;
    if (!object.has_stack_note && !wish.silent && has_code(link, *file)) wish.silent = file;
  }
  return wish;
}

constexpr std::string_view kStackAdvice = "pass -z noexecstack if it does not need one, -z execstack if it does";

}  // namespace

bool decide_executable_stack(const Link& link) {
  const Options& options = link.options();
  if (options.noexecstack) return false;
  if (options.execstack) {
    if (options.warn_execstack.value_or(false)) link.diagnostics().warn("-z execstack makes the stack executable");
    return true;
  }
  const StackWish wish = read_stack_notes(link);
  const InputFile* reason = wish.asking ? wish.asking : wish.has_note ? wish.silent : nullptr;
  if (reason && options.warn_execstack.value_or(true))
    link.diagnostics().warn(fmt::format("{}: {}, so the stack is executable; {}", reason->display_name(),
                                        wish.asking ? ".note.GNU-stack asks for an executable stack"
                                                    : "there is no .note.GNU-stack section",
                                        kStackAdvice),
                            reason->id);
  return reason != nullptr;
}

const InputFile* find_claim_of_indirect_access(const Link& link) {
  const auto claims = [](const Property& property) {
    return property.type == GNU_PROPERTY_1_NEEDED && (property.value & GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS);
  };
  for (const InputFile* file : link.inputs.files)
    if (std::ranges::any_of(object_of(*file).properties, claims)) return file;
  return nullptr;
}

std::vector<Property> merge_properties(const Link& link) {
  PropertyMerger merger;
  for (const InputFile* file : link.inputs.files) merger.add(object_of(*file).properties);
  merger.force(GNU_PROPERTY_X86_FEATURE_1_AND, link.options().x86_feature_1_force);
  merger.force(GNU_PROPERTY_X86_ISA_1_NEEDED, link.options().x86_isa_needed);
  if (link.options().dynamic.indirect_access == Answer::Yes)
    merger.force(GNU_PROPERTY_1_NEEDED, GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS);
  if (link.options().dynamic.indirect_access == Answer::No)
    merger.forbid(GNU_PROPERTY_1_NEEDED, GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS);
  // Such stubs return to their targets, and have no mark for branches to them.
  if (link.options().dynamic.stubs_avoid_prediction && !link.slots.stubs.empty())
    merger.forbid(GNU_PROPERTY_X86_FEATURE_1_AND, GNU_PROPERTY_X86_FEATURE_1_IBT | GNU_PROPERTY_X86_FEATURE_1_SHSTK);
  return merger.take();
}

namespace {

struct FeatureRow {
  uint32_t bit;  // of GNU_PROPERTY_X86_FEATURE_1_AND
  std::string_view name;
};

constexpr FeatureRow kFeatures[] = {{1 << 0, "IBT"}, {1 << 1, "SHSTK"}, {1 << 2, "LAM_U48"}, {1 << 3, "LAM_U57"}};

uint32_t features_of(const InputFile& file) {
  for (const Property& property : object_of(file).properties)
    if (property.type == GNU_PROPERTY_X86_FEATURE_1_AND) return static_cast<uint32_t>(property.value);
  return 0;
}

std::string name_missing(uint32_t present, const std::map<uint32_t, ReportLevel>& reports, ReportLevel level) {
  std::string names;
  for (const FeatureRow& row : kFeatures) {
    const auto report = reports.find(row.bit);
    if (report == reports.end() || report->second != level || (present & row.bit)) continue;
    names.append(names.empty() ? "" : " and ").append(row.name);
  }
  return names;
}

}  // namespace

void report_missing_features(const Link& link) {
  const auto& reports = link.options().x86_feature_reports;
  if (reports.empty()) return;
  for (const InputFile* file : link.inputs.files) {
    const auto describe = [&](const std::string& names) {
      return fmt::format(
          "{}: .note.gnu.property does not claim {}, so the output cannot; recompile it (-fcf-protection for IBT and "
          "SHSTK), or write the note into assembly",
          file->display_name(), names);
    };
    const uint32_t present = features_of(*file);
    const std::string warned = name_missing(present, reports, ReportLevel::Warning);
    if (!warned.empty()) link.diagnostics().warn(describe(warned), file->id);
    const std::string refused = name_missing(present, reports, ReportLevel::Error);
    if (!refused.empty()) link.diagnostics().error(describe(refused), file->id);
  }
}

uint32_t PropertyChunk::record_size(const Property& property) const {
  const uint32_t word_size = link_.target().word_size;
  return static_cast<uint32_t>(align_up(8 + property_value_size(property.type, word_size), word_size));
}

uint32_t PropertyChunk::descriptor_size() const {
  uint32_t size = 0;
  for (const Property& property : properties_) size += record_size(property);
  return size;
}

uint64_t PropertyChunk::size() const {
  return 16 + uint64_t{descriptor_size()};
}

void PropertyChunk::write(MutableBytes out) const {
  write_note_header(out.data(), kGnu, descriptor_size(), NT_GNU_PROPERTY_TYPE_0);
  uint8_t* place = out.data() + 16;
  for (const Property& property : properties_) {
    const uint32_t size = property_value_size(property.type, link_.target().word_size);
    store(place, property.type);
    store(place + 4, size);
    if (size == 8) store(place + 8, property.value);
    if (size == 4) store(place + 8, static_cast<uint32_t>(property.value));
    place += record_size(property);
  }
}

uint32_t BuildIdChunk::id_size() const {
  switch (link_.options().build_id) {
    case BuildIdKind::Md5:
    case BuildIdKind::Uuid:
      return 16;
    case BuildIdKind::Sha1:
      return 20;
    case BuildIdKind::Sha256:
      return 32;
    case BuildIdKind::Hex:
      return static_cast<uint32_t>(link_.options().build_id_bytes.size());
    case BuildIdKind::Fast:
      return 16;
    case BuildIdKind::None:
      break;
  }
  return 0;
}

// Header, owner with its end, one word.
uint64_t IdentificationNoteChunk::size() const {
  return 12 + align_up(note_.owner.size() + 1, 4) + 4;
}

void IdentificationNoteChunk::write(MutableBytes out) const {
  store(out.data(), static_cast<uint32_t>(note_.owner.size() + 1));
  store(out.data() + 4, uint32_t{4});
  store(out.data() + 8, note_.type);
  std::copy(note_.owner.begin(), note_.owner.end(), out.begin() + 12);
  store(out.data() + out.size() - 4, note_.value);
}

void BuildIdChunk::write(MutableBytes out) const {
  write_note_header(out.data(), kGnu, id_size(), NT_GNU_BUILD_ID);
  if (link_.options().build_id == BuildIdKind::Hex)
    std::copy(link_.options().build_id_bytes.begin(), link_.options().build_id_bytes.end(), out.begin() + kHeaderSize);
}

void PackageChunk::write(MutableBytes out) const {
  write_note_header(out.data(), kFreedesktop, static_cast<uint32_t>(text_size()), NT_FDO_PACKAGING_METADATA);
  const std::string& text = link_.options().package_metadata;
  std::copy(text.begin(), text.end(), out.begin() + kHeaderSize);
}

namespace {

DigestKind digest_kind(BuildIdKind kind) {
  switch (kind) {
    case BuildIdKind::Md5:
      return DigestKind::Md5;
    case BuildIdKind::Sha1:
      return DigestKind::Sha1;
    case BuildIdKind::Sha256:
      return DigestKind::Sha256;
    default:
      return DigestKind::Fast;
  }
}

// RFC 4122 §4.4.
bool make_uuid(uint8_t* out) {
  if (::getrandom(out, 16, 0) != 16) return false;
  out[6] = static_cast<uint8_t>((out[6] & 0x0f) | 0x40);
  out[8] = static_cast<uint8_t>((out[8] & 0x3f) | 0x80);
  return true;
}

}  // namespace

void seal(const Link& link, Image& image, Bytes digests) {
  const BuildIdChunk* chunk = state_of(link).build_id;
  const BuildIdKind kind = link.options().build_id;
  if (!chunk || kind == BuildIdKind::Hex) return;
  Digest id = compute_digest(digest_kind(kind), digests);
  if (kind == BuildIdKind::Uuid && !make_uuid(id.bytes.data()))
    link.diagnostics().error("--build-id=uuid: the system has no random bytes; use another style");
  for (const OutputSection& section : link.layout.sections) {
    if (section.name != ".note.gnu.build-id") continue;
    const uint64_t offset = section.file_offset + (chunk->address - section.address) + BuildIdChunk::kHeaderSize;
    image.write(offset, Bytes(id.bytes).first(chunk->id_size()));
  }
}

}  // namespace xld::elf
