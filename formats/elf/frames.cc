// Writing .eh_frame and .eh_frame_hdr. See frames.h.
#include "formats/elf/frames.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace xld::elf {

namespace {
constexpr uint64_t kTerminatorSize = 4;
}

FrameChunk::FrameChunk(Link& link) : link_(link), stubs_(link) {
  alignment = link.target().word_size;
  for (InputFile* file : link.inputs.files) add_file(*file);
  end_ = size_;
  if (!stubs_.empty()) add_stubs();
  if (has_end_mark()) size_ += kTerminatorSize;
  entries_.resize(entry_count_);
}

// Whoever reads the list in memory needs a mark at its end. What is linked again gets one then, unless it is that end.
bool FrameChunk::has_end_mark() const {
  return link_.applies_relocs() ||
         std::ranges::any_of(link_.inputs.files, [](const InputFile* file) { return object_of(*file).ends_frames; });
}

bool FrameChunk::is_written(const FrameEntry& entry) const {
  return link_.is_live[entry.owner.value] && !link_.atom(entry.owner).has(atom_flag::kFolded);
}

void FrameChunk::add_file(InputFile& file) {
  const ElfObject& object = object_of(file);
  Part part;
  part.file = &file;
  part.offset = size_;
  part.first_entry = entry_count_;
  part.common_offsets.assign(object.frame_commons.size(), UINT64_MAX);
  uint64_t entries_size = 0;
  for (const FrameEntry& entry : object.frame_entries) {
    if (!is_written(entry)) continue;
    entry_count_++;
    entries_size += entry.size;
    uint64_t& offset = part.common_offsets[entry.common];
    if (offset != UINT64_MAX) continue;
    const FrameCommon& common = object.frame_commons[entry.common];
    const auto [found, is_new] = commons_.try_emplace(common_key(file, common), size_);
    offset = found->second;
    if (!is_new) continue;
    part.new_commons.push_back(entry.common);
    size_ += common.size;
  }
  size_ += entries_size;
  // Files without entries have a place, too: start-up code takes the address of its empty section.
  parts_.push_back(std::move(part));
}

void FrameChunk::add_stubs() {
  const std::string_view common = stubs_.common_record();
  const auto [found, is_new] = commons_.try_emplace(std::string(common), size_);
  stubs_common_ = found->second;
  size_ += (is_new ? common.size() : 0) + stubs_.entries_size();
  entry_count_ += static_cast<uint32_t>(stubs_.entry_count());
}

// Equal bytes and equal targets make equal records.
std::string FrameChunk::common_key(const InputFile& file, const FrameCommon& common) const {
  const Atom& atom = link_.atom(common.atom);
  std::string key(as_text(atom.bytes().subspan(common.offset, common.size)));
  RelocCursor cursor{common.first_reloc, common.first_reloc + common.reloc_count};
  std::array<Reloc, 4> batch;
  while (const size_t count = link_.format->decode(link_, file, atom, cursor, batch, false)) {
    for (size_t i = 0; i < count; i++) {
      const Reloc& r = batch[i];
      if (r.offset < common.offset || r.offset >= common.offset + common.size) continue;
      key += fmt::format("{},{},{},{},{},{};", r.offset - common.offset, static_cast<int>(r.target_kind), r.target,
                         r.value, r.addend, r.raw_type);
    }
  }
  return key;
}

uint64_t FrameChunk::part_begin(size_t part) const {
  return part < parts_.size() ? parts_[part].offset : end_;
}

void FrameChunk::write_part(size_t index, MutableBytes out) const {
  if (index == parts_.size()) return write_stubs(out);
  const Part& part = parts_[index];
  uint32_t next_entry = part.first_entry;
  for_each_record(index, [&](const Record& record) {
    const MutableBytes bytes = out.subspan(record.offset - part.offset, record.size);
    write_record(record, bytes);
    if (record.entry) entries_[next_entry++] = finish_entry(part, record, bytes);
  });
}

// The end mark behind them is zeros.
void FrameChunk::write_stubs(MutableBytes out) const {
  if (stubs_.empty()) return;
  const std::string_view common = stubs_.common_record();
  uint64_t place = address + end_;
  if (stubs_common_ == end_) {
    std::copy(common.begin(), common.end(), out.begin());
    out = out.subspan(common.size());
    place += common.size();
  }
  const size_t count = stubs_.entry_count();
  stubs_.write_entries(out, place, address + stubs_common_, std::span(entries_).last(count));
}

// An entry says how far before it its common record is. What is found here is for the search table.
EhFrameHeaderEntry FrameChunk::finish_entry(const Part& part, const Record& record, MutableBytes bytes) const {
  const FrameEntry& entry = *record.entry;
  const uint32_t id_offset = eh_id_offset(bytes, {0, entry.size, 0});
  store(bytes.data() + id_offset, static_cast<uint32_t>(record.offset + id_offset - part.common_offsets[entry.common]));
  const uint8_t encoding = object_of(*part.file).frame_commons[entry.common].pointer_encoding;
  const uint8_t word_size = link_.target().word_size;
  const auto pc = read_encoded_pointer(bytes, id_offset + 4, encoding, word_size, address + record.offset);
  if (!pc) return {0, address + record.offset};
  // Of code without a byte, as of a part of a function that was optimised away: the function behind it is meant.
  const uint8_t form = encoding & eh_pointer::kFormatMask;
  const auto length = read_encoded_pointer(bytes, id_offset + 4 + pc->size, form, word_size, 0);
  if (length && length->value == 0) return {};
  return {pc->value, address + record.offset};
}

void FrameChunk::write_record(const Record& record, MutableBytes out) const {
  const Atom& atom = link_.atom(record.atom);
  std::copy_n(atom.data + record.input_offset, out.size(), out.data());
  link_.relocate_part(link_, *record.file, atom, out, address + record.offset, record.input_offset, record.relocs);
}

void FrameChunk::place_atoms() {
  const auto place_of_part = [&](const Part& part) {
    for (uint32_t i = 0; i < part.file->atom_count; i++) {
      Atom& atom = link_.atom(AtomId{part.file->first_atom.value + i});
      if (atom.has(atom_flag::kUnwind)) atom.address = address + part.offset;
    }
  };
  parallel_for(link_.session.pool, parts_.size(), 16, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) place_of_part(parts_[i]);
  });
}

void FrameHeaderChunk::write(MutableBytes out) const {
  const auto count = write_eh_frame_header(frames_.entries(), address, frames_.address, link_.target().word_size, out);
  if (!count) link_.diagnostics().error(fmt::format("{}: .eh_frame_hdr: {}", link_.output_path, count.error().message));
}

}  // namespace xld::elf
