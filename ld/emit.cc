// Tiles and their order. See emit.h.
//
// A piece is a run of neighbouring output bytes: some atoms of one section, or a part of a chunk. Neighbouring pieces
// share a tile as long as it is small: it is assembled in a buffer of its worker, relocated and hashed there and handed
// to the file with one write. Where tiles begin depends on the layout only, so the digests do not depend on the number
// of threads.
#include "ld/emit.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/digest.h"
#include "ld/messages.h"
#include "ld/relocate.h"
#include "ld/runtime_slots.h"
#include "tlsrewrite/segment.h"

namespace xld {

namespace {

constexpr uint64_t kTileSize = 256 << 10;
constexpr uint64_t kBlockSize = 1 << 20;  // of contents that are encoded
constexpr uint64_t kLargeGap = 4 << 10;

struct Piece {
  uint64_t file_offset = 0;
  uint64_t size = 0;
  const OutputSection* section = nullptr;
  const Chunk* chunk = nullptr;  // parts [first, last) of it; none: atoms [first, last) of the section
  uint32_t first = 0, last = 0;

  uint64_t end() const { return file_offset + size; }
  bool is_late() const { return chunk && chunk->is_late; }
};

// Pieces [first, last), which follow each other in the file.
struct Tile {
  size_t first = 0, last = 0;
};

class Emitter {
 public:
  explicit Emitter(Link& link)
      : link_(link),
        raw_slots_(link),
        log_(link.options().tls_report_file.empty() ? nullptr : &link.tls_accesses),
        buffers_(link.session.pool.thread_count()) {}

  // Writes the sections of one of the two files.
  void run(Image& image, bool is_separate) {
    for (const OutputSection& section : link_.layout.sections)
      if (!section.is_zero_fill && section.is_separate == is_separate) add_section(section);
    const auto late =
        std::stable_partition(pieces_.begin(), pieces_.end(), [](const Piece& p) { return !p.is_late(); });
    const auto count = static_cast<size_t>(late - pieces_.begin());
    join_pieces(0, count, kTileSize);
    const size_t early_tiles = tiles_.size();
    join_pieces(count, pieces_.size(), kTileSize);
    digest_size_ = link_.tile_digest ? digest_size(*link_.tile_digest) : 0;
    digests_.resize(tiles_.size() * digest_size_);
    write_tiles(image, 0, early_tiles);
    write_tiles(image, early_tiles, tiles_.size());
  }

  // Of the tiles that were written, in their order.
  const std::vector<uint8_t>& digests() const { return digests_; }

  // Hands the contents of a section to its coder, in blocks.
  void encode(OutputSection& section) {
    add_section(section);
    join_pieces(0, pieces_.size(), kBlockSize);
    if (!is_whole(section)) return;
    const std::vector<size_t> first_block = number_blocks();
    section.coder->begin(first_block.back());
    parallel_for(link_.session.pool, tiles_.size(), 1, [&](size_t begin, size_t end, uint32_t worker) {
      for (size_t i = begin; i < end; i++)
        if (block_count(tiles_[i]) == 1) section.coder->encode(first_block[i], assemble(tiles_[i], worker));
    });
    for (size_t i = 0; i < tiles_.size(); i++)
      if (block_count(tiles_[i]) != 1) encode_large(*section.coder, tiles_[i], first_block[i]);
    section.stored = section.coder->finish(section.size);
  }

 private:
  uint64_t size_of(const Tile& tile) const { return pieces_[tile.last - 1].end() - pieces_[tile.first].file_offset; }

  // A tile is larger than a block if a single input section is.
  size_t block_count(const Tile& tile) const {
    return std::max<size_t>(1, (size_of(tile) + kBlockSize - 1) / kBlockSize);
  }

  // By tile, with the end behind the last one.
  std::vector<size_t> number_blocks() const {
    std::vector<size_t> first_block = {0};
    for (const Tile& tile : tiles_) first_block.push_back(first_block.back() + block_count(tile));
    return first_block;
  }

  // One thread relocates it, all threads encode it.
  void encode_large(ContentsCoder& coder, const Tile& tile, size_t first_block) {
    const Bytes bytes = assemble(tile, 0);
    parallel_for(link_.session.pool, block_count(tile), 1, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++)
        coder.encode(first_block + i,
                     bytes.subspan(i * kBlockSize, std::min(kBlockSize, bytes.size() - i * kBlockSize)));
    });
  }

  void add_section(const OutputSection& section) {
    if (section.stored) return add_stored(section);
    for (const Chunk* chunk : section.leading_chunks) add_chunk(section, *chunk);
    uint32_t next = 0;
    for (const IslandPlace& island : section.islands) {
      while (next < island.before) next = add_atoms(section, next, island.before);
      add_chunk(section, *island.chunk);
    }
    const auto count = static_cast<uint32_t>(section.atoms.size());
    while (next < count) next = add_atoms(section, next, count);
    for (const Chunk* chunk : section.chunks) add_chunk(section, *chunk);
  }

  void add_stored(const OutputSection& section) {
    pieces_.push_back({section.file_offset, section.stored->size(), &section, section.stored, 0, 1});
  }

  // Holes are not encoded.
  bool is_whole(const OutputSection& section) const {
    uint64_t size = 0;
    for (const Tile& tile : tiles_) size += size_of(tile);
    return size == section.size;
  }

  void add_chunk(const OutputSection& section, const Chunk& chunk) {
    const uint64_t start = section.file_offset + (chunk.address - section.address);
    const size_t part_count = chunk.part_count();
    const auto part_end = [&](size_t part) {
      return part + 1 < part_count ? chunk.part_begin(part + 1) : chunk.size();
    };
    for (size_t first = 0; first < part_count;) {
      const uint64_t begin = chunk.part_begin(first);
      size_t last = first + 1;
      while (last < part_count && part_end(last) - begin <= kTileSize) last++;
      const uint64_t size = part_end(last - 1) - begin;
      if (size != 0)
        pieces_.push_back(
            {start + begin, size, &section, &chunk, static_cast<uint32_t>(first), static_cast<uint32_t>(last)});
      first = last;
    }
  }

  // Nothing is written where nothing but zeros would be: a few bytes of input can ask for gigabytes of them.
  static bool is_hole(const Atom& atom) { return !atom.data && atom.size > kTileSize; }

  // Atoms [first, limit), or the first of them.
  uint32_t add_atoms(const OutputSection& section, uint32_t first, uint32_t limit) {
    const uint64_t start = link_.atom(section.atoms[first]).address;
    uint32_t last = first;
    uint64_t end = start;
    // A gap belongs to the piece before it, as code is padded with code. A gap larger than any tile, which an input can
    // ask for with an alignment, stays a hole in the file.
    while (last < limit && end - start < kTileSize) {
      const Atom& atom = link_.atom(section.atoms[last]);
      if (is_hole(atom)) break;
      end = atom.address + atom.size;
      last++;
      if (last == limit) break;
      const uint64_t next = link_.atom(section.atoms[last]).address;
      if (next - end > kTileSize) break;
      end = next;
    }
    if (last == first) return first + 1;
    if (end != start)
      pieces_.push_back({section.file_offset + (start - section.address), end - start, &section, nullptr, first, last});
    return last;
  }

  // A gap between sections is written with them if it is small; a page of it stays a hole. What lies between late
  // pieces has been written already.
  void join_pieces(size_t begin, size_t end, uint64_t limit) {
    for (size_t i = begin; i < end; i++) {
      if (i != begin && can_join(tiles_.back(), pieces_[i], limit)) {
        tiles_.back().last = i + 1;
      } else {
        tiles_.push_back({i, i + 1});
      }
    }
  }

  bool can_join(const Tile& tile, const Piece& next, uint64_t limit) const {
    const uint64_t position = pieces_[tile.last - 1].end();
    const uint64_t largest_gap = next.is_late() ? 0 : kLargeGap;
    return next.file_offset >= position && next.file_offset - position <= largest_gap &&
           next.end() - pieces_[tile.first].file_offset <= limit;
  }

  void write_tiles(Image& image, size_t begin, size_t end) {
    parallel_for(link_.session.pool, end - begin, 1, [&](size_t from, size_t to, uint32_t worker) {
      for (size_t i = begin + from; i < begin + to; i++) write_tile(image, i, worker);
    });
  }

  MutableBytes buffer(uint32_t worker, uint64_t size) {
    Array<uint8_t>& memory = buffers_[worker];
    if (memory.size() < size) memory = Array<uint8_t>::uninitialized(std::max(size, 2 * kTileSize));
    return MutableBytes(memory.data(), size);
  }

  void write_tile(Image& image, size_t index, uint32_t worker) {
    const Bytes bytes = assemble(tiles_[index], worker);
    image.write(pieces_[tiles_[index].first].file_offset, bytes);
    if (digest_size_ == 0) return;
    const Digest digest = compute_digest(*link_.tile_digest, bytes);
    std::copy_n(digest.bytes.data(), digest_size_, digests_.data() + index * digest_size_);
  }

  // The bytes of a tile, in the buffer of the worker.
  Bytes assemble(const Tile& tile, uint32_t worker) {
    const uint64_t start = pieces_[tile.first].file_offset;
    const MutableBytes out = buffer(worker, size_of(tile));
    uint64_t position = 0;
    for (size_t i = tile.first; i < tile.last; i++) {
      const Piece& piece = pieces_[i];
      const uint64_t offset = piece.file_offset - start;
      std::fill(out.begin() + position, out.begin() + offset, uint8_t{0});
      write_piece(piece, out.subspan(offset, piece.size));
      position = offset + piece.size;
    }
    return out;
  }

  void write_piece(const Piece& piece, MutableBytes out) {
    piece.chunk ? write_parts(piece, out) : write_atoms(piece, out);
  }

  static void write_parts(const Piece& piece, MutableBytes out) {
    std::fill(out.begin(), out.end(), uint8_t{0});
    const uint64_t start = piece.chunk->part_begin(piece.first);
    for (uint32_t part = piece.first; part < piece.last; part++) {
      const uint64_t begin = piece.chunk->part_begin(part) - start;
      const uint64_t end = part + 1 < piece.last ? piece.chunk->part_begin(part + 1) - start : out.size();
      piece.chunk->write_part(part, out.subspan(begin, end - begin));
    }
  }

  void write_atoms(const Piece& piece, MutableBytes out) {
    const uint64_t start = link_.atom(piece.section->atoms[piece.first]).address;
    uint64_t position = 0;
    for (uint32_t i = piece.first; i < piece.last; i++) {
      const AtomId id = piece.section->atoms[i];
      const Atom& atom = link_.atom(id);
      const uint64_t offset = atom.address - start;
      if (offset != position) fill_gap(*piece.section, out.subspan(position, offset - position));
      if (atom.size != 0) write_atom(id, atom, out.subspan(offset, atom.size));
      position = offset + atom.size;
    }
    if (position != out.size()) fill_gap(*piece.section, out.subspan(position));
  }

  void fill_gap(const OutputSection& section, MutableBytes gap) const {
    if (section.is_executable) return link_.arch->fill_padding(gap);
    std::fill(gap.begin(), gap.end(), uint8_t{0});
  }

  void write_atom(AtomId id, const Atom& atom, MutableBytes out) {
    if (!atom.data) {
      std::fill(out.begin(), out.end(), uint8_t{0});
      return;
    }
    std::copy_n(atom.data, atom.size, out.data());
    if (atom.relocs) adjust_atom(id, atom, out);
    if (link_.options().thread_segment == ThreadSegment::Gs && atom.has(atom_flag::kExecutable))
      move_thread_pointer(atom, out);
    if (raw_slots_.applies_to(atom)) raw_slots_.move(atom, out, log_);
  }

  void move_thread_pointer(const Atom& atom, MutableBytes out) const {
    const auto unclear = use_gs_for_thread_pointer(out, link_.code_starts.of(link_, atom));
    if (!unclear) return;
    const InputFile& file = link_.inputs.file(atom.file);
    link_.diagnostics().error(
        fmt::format("{}: -z tls-seg=gs: this code cannot be decoded, and there may be a load of the thread pointer in "
                    "it; keep data out of the section",
                    place_of(link_, file, atom, *unclear)),
        file.id, *unclear);
  }

  void adjust_atom(AtomId id, const Atom& atom, MutableBytes out) {
    const InputFile& file = link_.inputs.file(atom.file);
    if (!link_.applies_relocs()) return link_.format->kept->adjust(link_, file, atom, out, 0, RelocCursor());
    const uint32_t first_fixup = link_.first_fixups.empty() ? 0 : link_.first_fixups[id.value];
    Relocator(link_, file, atom, log_).relocate(out, atom.address, first_fixup);
    if (link_.format->finish_atom) link_.format->finish_atom(link_, id, out);
  }

  Link& link_;
  const RawSlots raw_slots_;
  AccessLog* log_;
  std::vector<Piece> pieces_;
  std::vector<Tile> tiles_;
  std::vector<Array<uint8_t>> buffers_;
  std::vector<uint8_t> digests_;
  size_t digest_size_ = 0;
};

void settle_symbol_addresses(Link& link) {
  link.symbol_addresses.resize(link.symbols.size());
  parallel_for(link.session.pool, link.symbols.size(), 1 << 15, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
      const SymbolId id{i};
      const AtomId atom = link.symbols.atom(id);
      uint64_t address = link.symbols.value(id);
      if (atom.is_valid()) address = link.is_live[atom.value] ? link.address_of(link.atom(atom), address) : 0;
      const Slots::Record* record = link.slots.record_of(id);
      if (record && record->stub != Slots::kNone) address = link.slots.stub_address(record->stub);
      link.symbol_addresses[i] = address;
    }
  });
}

// Fixups are numbered in output order, so that the table is sorted by address without sorting.
void number_fixups(Link& link) {
  if (link.fixup_counts.empty()) return;
  link.first_fixups.assign(link.atoms.size(), 0);
  uint32_t next = 0;
  for (const OutputSection& section : link.layout.sections) {
    for (const AtomId id : section.atoms) {
      link.first_fixups[id.value] = next;
      next += link.fixup_counts[id.value].all;
    }
  }
  link.fixups.resize(next);
}

void relocate_part(Link& link, const InputFile& file, const Atom& atom, MutableBytes out, uint64_t address,
                   uint32_t begin, RelocCursor cursor) {
  if (!link.applies_relocs()) return link.format->kept->adjust(link, file, atom, out, begin, cursor);
  Relocator(link, file, atom).relocate_part(out, address, begin, cursor);
}

void offer_relocation(Link& link) {
  link.relocate_part = relocate_part;
  link.got_load_form = [](const Link& l, const Atom& atom, const Reloc& reloc) {
    return got_load_form(l, atom, reloc, facts_of(l, reloc));
  };
}

}  // namespace

void settle_addresses(Link& link) {
  settle_symbol_addresses(link);
  const PlainPath* plain = link.applies_relocs() ? link.format->plain : nullptr;
  const KeptRelocs* kept = link.keeps_relocs() ? link.format->kept : nullptr;
  const auto& files = link.inputs.files;
  parallel_for(link.session.pool, files.size(), 8, [&](size_t begin, size_t end, uint32_t worker) {
    for (size_t i = begin; i < end; i++) {
      if (plain) plain->prepare(link, *files[i], worker);
      if (kept) kept->prepare(link, *files[i], worker);
    }
  });
  number_fixups(link);
}

// Atoms with fixups are relocated twice, the first time to learn what is written where: they are a small part of all.
void find_fixups(Link& link) {
  if (link.fixup_counts.empty()) return;
  const auto timer = link.session.timings.measure("find_fixups");
  std::vector<AtomId> atoms;
  for (const OutputSection& section : link.layout.sections)
    for (const AtomId id : section.atoms)
      if (link.fixup_counts[id.value].all != 0) atoms.push_back(id);
  parallel_for(link.session.pool, atoms.size(), 64, [&](size_t begin, size_t end) {
    std::vector<uint8_t> copy;
    for (size_t i = begin; i < end; i++) {
      const Atom& atom = link.atom(atoms[i]);
      copy.assign(atom.data, atom.data + atom.size);
      Relocator(link, link.inputs.file(atom.file), atom)
          .relocate(copy, atom.address, link.first_fixups[atoms[i].value]);
    }
  });
}

void encode_sections(Link& link) {
  const auto timer = link.session.timings.measure("encode");
  offer_relocation(link);
  bool is_changed = false;
  for (OutputSection& section : link.layout.sections) {
    if (!section.coder) continue;
    Emitter(link).encode(section);
    is_changed |= section.stored != nullptr;
  }
  if (is_changed) reassign_file_offsets(link.layout);
}

void emit(Link& link, Image& image, Image* separate) {
  const auto timer = link.session.timings.measure("emit");
  Emitter emitter(link);
  emitter.run(image, false);
  std::vector<uint8_t> digests = emitter.digests();
  if (separate) {
    Emitter beside(link);
    beside.run(*separate, true);
    digests.insert(digests.end(), beside.digests().begin(), beside.digests().end());
  }
  if (link.diagnostics().failed()) return;
  link.format->seal(link, image, digests);
  if (separate) link.format->join_separate(link, image, *separate);
}

}  // namespace xld
