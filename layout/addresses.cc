// From a plan to addresses and file offsets. See layout.h.
//
// One walk over the sections in output order. A section's file offset and address agree modulo the page size inside a
// paged segment, so that the loader can map it; zero-filled memory takes no file space and comes last in its segment.
#include <algorithm>
#include <numeric>

#include "core/bytes.h"
#include "layout/layout.h"

namespace xld {

namespace {

uint64_t place_chunks(const std::vector<Chunk*>& chunks, uint64_t position, OutputSection& section) {
  for (Chunk* chunk : chunks) {
    position = align_up(position, chunk->alignment);
    chunk->address = position;
    position += chunk->size();
    section.alignment = std::max(section.alignment, chunk->alignment);
  }
  return position;
}

bool has_late_chunk(const OutputSection& section) {
  const auto is_late = [](const Chunk* chunk) { return chunk->is_late; };
  return std::any_of(section.leading_chunks.begin(), section.leading_chunks.end(), is_late) ||
         std::any_of(section.chunks.begin(), section.chunks.end(), is_late);
}

uint64_t place_island(const IslandPlace& island, uint64_t position, OutputSection& section) {
  return place_chunks({island.chunk}, position, section);
}

void assign_offsets_in(OutputSection& section, Atom* atoms) {
  uint64_t position = place_chunks(section.leading_chunks, 0, section);
  uint8_t alignment_log2 = 0;
  size_t island = 0;
  for (uint32_t i = 0; i < section.atoms.size(); i++) {
    for (; island < section.islands.size() && section.islands[island].before == i; island++)
      position = place_island(section.islands[island], position, section);
    Atom& atom = atoms[section.atoms[i].value];
    alignment_log2 = std::max(alignment_log2, atom.alignment_log2);
    position = align_up(position, atom.alignment());
    atom.address = position;
    position += atom.size;
  }
  for (; island < section.islands.size(); island++) position = place_island(section.islands[island], position, section);
  section.alignment = std::max(section.alignment, uint64_t{1} << alignment_log2);
  section.size = place_chunks(section.chunks, position, section);
}

class AddressWalk {
 public:
  explicit AddressWalk(Layout& layout) : layout_(layout), plan_(layout.plan) {}

  // All but a late segment.
  void run() {
    address_ = plan_.base_address;
    load_delta_ = plan_.load_base ? *plan_.load_base - plan_.base_address : 0;
    find_tls_alignment();
    uint32_t next = 0;
    for (Segment& segment : layout_.segments) {
      if (segment.is_late) return finish();
      place_unloaded(next, segment.first);
      place_segment(segment);
      next = segment.last;
    }
    place_unloaded(next, static_cast<uint32_t>(layout_.sections.size()));
    finish();
  }

  // A late segment, behind all others.
  void run_late() {
    Segment& segment = layout_.segments.back();
    if (layout_.segments.size() > 1) {
      const Segment& before = layout_.segments[layout_.segments.size() - 2];
      address_ = before.address + before.memory_size;
      is_started_ = true;
    } else {
      address_ = plan_.base_address;
    }
    offset_ = layout_.file_size;
    place_segment(segment);
    layout_.file_size = offset_;
  }

 private:
  void finish() {
    layout_.file_size = offset_;
    find_tls_block();
    if (plan_.is_flat) place_flat();
  }

  void find_tls_alignment() {
    for (const OutputSection& section : layout_.sections)
      if (section.is_thread_local) layout_.tls_alignment = std::max(layout_.tls_alignment, section.alignment);
  }

  void place_unloaded(uint32_t begin, uint32_t end) {
    for (uint32_t i = begin; i < end; i++) {
      OutputSection& section = layout_.sections[i];
      offset_ = align_up(offset_, section.alignment);
      section.file_offset = offset_;
      section.address = section.load_address = 0;
      offset_ += section.file_size();
    }
  }

  void start_segment(Segment& segment, const OutputSection& first) {
    uint64_t alignment = 1;
    for (uint32_t i = segment.first; i < segment.last; i++)
      alignment = std::max(alignment, alignment_of(layout_.sections[i]));
    segment.alignment = alignment;
    if (first.fixed_address) {
      address_ = *first.fixed_address;
    } else if (plan_.is_paged && is_started_) {
      const uint64_t next_page = align_up(address_, plan_.page_size);
      address_ = segment.starts_new_page ? next_page : next_page + offset_ % plan_.page_size;
    }
    is_started_ = true;
    if (!plan_.is_paged) return;
    segment.alignment = std::max(segment.alignment, plan_.page_size);
    if (segment.starts_new_page && !first.fixed_address) offset_ = align_up(offset_, plan_.page_size);
  }

  uint64_t alignment_of(const OutputSection& section) const {
    return section.is_thread_local ? layout_.tls_alignment : section.alignment;
  }

  // Where the segment's first byte goes: the next offset that agrees with its address modulo its alignment.
  void begin_file_part(Segment& segment, const OutputSection& first, uint64_t address) {
    if (plan_.is_linear) {
      offset_ = address - plan_.base_address;
      // The alignment a segment claims is one that its place in the file has as well.
      segment.alignment = std::gcd(segment.alignment, address - offset_);
    } else {
      const uint64_t modulus = plan_.is_paged ? segment.alignment : alignment_of(first);
      offset_ += (address - offset_) & (modulus - 1);
    }
    segment.address = address;
    segment.load_address = address + load_delta_;
    segment.file_offset = offset_;
  }

  void place_segment(Segment& segment) {
    OutputSection& first = layout_.sections[segment.first];
    start_segment(segment, first);
    for (uint32_t i = segment.first; i < segment.last; i++) {
      OutputSection& section = layout_.sections[i];
      const bool follows_relro = i > segment.first && layout_.sections[i - 1].is_relro && !section.is_relro;
      if (follows_relro) end_relro();
      place_section(segment, section, i == segment.first);
    }
    const OutputSection& last = layout_.sections[segment.last - 1];
    if (last.is_relro) end_relro();
    segment.memory_size = address_ - segment.address;
    if (last.is_relro) layout_.relro_end = std::max(layout_.relro_end, address_);
  }

  void end_relro() {
    if (plan_.is_paged) address_ = align_up(address_, plan_.relro_page_size);
    layout_.relro_end = address_;
  }

  void place_section(Segment& segment, OutputSection& section, bool is_first) {
    if (section.fixed_address) address_ = *section.fixed_address;
    uint64_t address = align_up(address_, section.fixed_address ? 1 : alignment_of(section));
    if (is_first) begin_file_part(segment, section, address);
    // Inside a segment the file is an image of memory, so zero fill between other sections takes file space.
    if (!section.is_zero_fill) offset_ = segment.file_offset + (address - segment.address);
    section.address = address;
    section.load_address = address + load_delta_;
    section.file_offset = offset_;
    if (section.is_relro && layout_.relro_address == 0) layout_.relro_address = address;
    offset_ += section.file_size();
    if (!section.is_zero_fill) segment.file_size = offset_ - segment.file_offset;
    // Zero-filled thread-local data exists in each thread's block only: it takes no addresses of the image. But where
    // it comes first in a segment, the segment starts there.
    const bool takes_addresses =
        !(section.is_thread_local && section.is_zero_fill) || plan_.thread_zero_fill_has_addresses;
    if (takes_addresses || is_first) address_ = address + (takes_addresses ? section.size : 0);
    if (!takes_addresses) place_thread_zero_fill(section);
  }

  // From the first to the last byte of load memory that has contents.
  void place_flat() {
    uint64_t begin = UINT64_MAX, end = 0;
    for (const OutputSection& section : layout_.sections) {
      if (section.file_size() == 0) continue;
      begin = std::min(begin, section.load_address);
      end = std::max(end, section.load_address + section.size);
    }
    for (OutputSection& section : layout_.sections)
      section.file_offset = section.file_size() == 0 ? 0 : section.load_address - begin;
    layout_.file_size = end > begin ? end - begin : 0;
  }

  // .tbss follows .tdata in the block, whatever follows .tdata in the image.
  void place_thread_zero_fill(OutputSection& section) {
    const uint64_t start = std::max(tls_end_, section.address);
    section.address = align_up(start, section.alignment);
    tls_end_ = section.address + section.size;
  }

  void find_tls_block() {
    bool is_first = true;
    for (const OutputSection& section : layout_.sections) {
      if (!section.is_thread_local) continue;
      if (is_first) layout_.tls_address = section.address;
      is_first = false;
      layout_.tls_memory_size = section.address + section.size - layout_.tls_address;
      if (!section.is_zero_fill) layout_.tls_file_size = layout_.tls_memory_size;
    }
  }

  Layout& layout_;
  const LayoutPlan& plan_;
  uint64_t address_ = 0;
  uint64_t offset_ = 0;
  uint64_t load_delta_ = 0;
  uint64_t tls_end_ = 0;
  bool is_started_ = false;
};

void move_to_address(OutputSection& section, Atom* atoms) {
  for (Chunk* chunk : section.leading_chunks) chunk->address += section.address;
  for (Chunk* chunk : section.chunks) chunk->address += section.address;
  for (const IslandPlace& island : section.islands) island.chunk->address += section.address;
  for (const AtomId id : section.atoms) atoms[id.value].address += section.address;
}

}  // namespace

namespace {

// Sections before those of a late segment.
size_t early_section_count(const Layout& layout) {
  const bool has_late = !layout.segments.empty() && layout.segments.back().is_late;
  return has_late ? layout.segments.back().first : layout.sections.size();
}

}  // namespace

void assign_offsets(ThreadPool& pool, Layout& layout, Atom* atoms) {
  const size_t count = early_section_count(layout);
  parallel_for(pool, count, 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
      if (!has_late_chunk(layout.sections[i])) assign_offsets_in(layout.sections[i], atoms);
  });
  for (size_t i = 0; i < count; i++)
    if (has_late_chunk(layout.sections[i])) assign_offsets_in(layout.sections[i], atoms);
}

void assign_addresses(ThreadPool& pool, Layout& layout, Atom* atoms) {
  AddressWalk(layout).run();
  parallel_for(pool, early_section_count(layout), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) move_to_address(layout.sections[i], atoms);
  });
}

void assign_late_addresses(Layout& layout, Atom* atoms) {
  for (size_t i = early_section_count(layout); i < layout.sections.size(); i++)
    assign_offsets_in(layout.sections[i], atoms);
  AddressWalk(layout).run_late();
  for (size_t i = early_section_count(layout); i < layout.sections.size(); i++)
    move_to_address(layout.sections[i], atoms);
}

void reassign_file_offsets(Layout& layout) {
  const uint32_t first = layout.segments.empty() ? 0 : layout.segments.back().last;
  if (first == layout.sections.size()) return;
  uint64_t offset = layout.sections[first].file_offset;
  for (uint32_t i = first; i < layout.sections.size(); i++) {
    OutputSection& section = layout.sections[i];
    offset = align_up(offset, section.stored_alignment());
    section.file_offset = offset;
    offset += section.file_size();
  }
  layout.file_size = offset;
}

}  // namespace xld
