// Layout: where everything goes. Output sections with their contents, segments, and the addresses given to both.
//
// A format describes its output as data (the plan): sections in their final order with attributes, and the segments
// that group them. assign_addresses() turns that into numbers; afterwards nothing moves. Words such as `type` and
// `flags` belong to the format and are handed back as they came.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/atom.h"
#include "core/chunk.h"
#include "core/ids.h"
#include "core/parallel.h"

namespace xld {

// Stores the contents of a section in another form, block by block.
class ContentsCoder {
 public:
  virtual ~ContentsCoder() = default;

  // The contents come in this many blocks. Where they begin depends on the contents only.
  virtual void begin(size_t blocks) = 0;
  // One call a block, from any thread.
  virtual void encode(size_t block, Bytes contents) = 0;
  // What the file has in place of the contents; none if those are better stored as they are.
  virtual Chunk* finish(uint64_t size) = 0;
};

// Code among the atoms of a section that the linker makes; see islands.h.
struct IslandPlace {
  uint32_t before = 0;  // index in OutputSection::atoms of what follows it
  Chunk* chunk = nullptr;
};

struct OutputSection {
  std::string_view name;
  uint32_t type = 0;   // the format's own
  uint64_t flags = 0;  // the format's own
  uint64_t entry_size = 0;
  uint32_t rank = 0;  // position in the output: lower first; equal ranks keep the order of first appearance

  bool is_allocated = false;
  bool is_writable = false;
  bool is_executable = false;
  bool is_zero_fill = false;
  bool is_thread_local = false;
  bool is_relro = false;        // read-only after the loader is done
  bool starts_segment = false;  // whatever its attributes
  std::optional<uint64_t> fixed_address;
  uint64_t tombstone = 0;       // what a field is set to whose target is not part of the output
  bool follows_folded = false;  // a target that an identical one stands for is still referred to, not buried

  SectionId subject;  // the section this one describes; only the format looks at it

  std::vector<Chunk*> leading_chunks;  // before the atoms
  std::vector<AtomId> atoms;           // in output order
  std::vector<IslandPlace> islands;    // among them, ascending
  std::vector<Chunk*> chunks;          // after them
  ContentsCoder* coder = nullptr;      // none: contents are stored as they are
  Chunk* stored = nullptr;             // what the file has in their place, when they are known

  // Given by layout.
  uint64_t alignment = 1;
  uint64_t address = 0;
  uint64_t load_address = 0;  // LMA: where a boot loader puts it; the address unless the user says otherwise
  uint64_t file_offset = 0;
  uint64_t size = 0;
  uint32_t header_index = 0;  // the format's own number for it

  bool is_empty() const { return atoms.empty() && leading_chunks.empty() && chunks.empty(); }
  uint64_t file_size() const { return is_zero_fill ? 0 : stored_size(); }
  uint64_t stored_size() const { return stored ? stored->size() : size; }
  uint64_t stored_alignment() const { return stored ? stored->alignment : alignment; }
};

// A run of sections that the loader maps with one protection.
struct Segment {
  uint32_t flags = 0;            // the format's own
  uint32_t first = 0, last = 0;  // sections [first, last)
  bool starts_new_page = true;   // in the file as well as in memory
  bool is_late = false;          // its tables are sized when all addresses before it are known; the last one only
  uint64_t alignment = 1;

  // Given by layout.
  uint64_t address = 0, load_address = 0, file_offset = 0, file_size = 0, memory_size = 0;
};

struct LayoutPlan {
  uint64_t base_address = 0;
  uint64_t page_size = 0x1000;        // congruence of address and file offset
  uint64_t relro_page_size = 0x1000;  // granularity of protection after loading
  bool is_paged = true;               // false: sections follow each other without regard to pages (-N, images)
  bool is_flat = false;               // the file is an image of load memory and nothing else
  bool is_linear = false;           // file offset and address of what is loaded differ by one number: the base address
  bool align_segment_files = true;  // segments start on pages of their own in the file (-z separate-code)
  std::optional<uint64_t> load_base;            // LMA of the first segment
  bool thread_zero_fill_has_addresses = false;  // zero-filled thread-local data takes part of the image, too
};

struct Layout {
  LayoutPlan plan;
  std::vector<OutputSection> sections;  // in output order: allocated ones first
  std::vector<Segment> segments;        // loadable, ascending
  uint64_t file_size = 0;

  // Thread-local template: all sections with is_thread_local, as one block.
  uint64_t tls_address = 0, tls_file_size = 0, tls_memory_size = 0, tls_alignment = 1;
  uint64_t relro_address = 0, relro_end = 0;

  const OutputSection& section(SectionId id) const { return sections[id.value]; }
};

// Gives every atom and chunk its offset in its section and every section its size and alignment.
void assign_offsets(ThreadPool& pool, Layout& layout, Atom* atoms);

// Gives sections and segments their addresses and file offsets, then atoms and chunks their addresses. A late segment
// gets none yet.
void assign_addresses(ThreadPool& pool, Layout& layout, Atom* atoms);

// The same, offsets included, for a late segment.
void assign_late_addresses(Layout& layout, Atom* atoms);

// Gives what is not loaded new file offsets, when sizes in the file have changed.
void reassign_file_offsets(Layout& layout);

}  // namespace xld
