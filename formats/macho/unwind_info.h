// The output's unwind tables: __TEXT,__unwind_info, and __TEXT,__eh_frame for what the former cannot describe.
// <mach-o/compact_unwind_encoding.h>; LSB Core, "Exception Frames".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/arena.h"
#include "core/chunk.h"
#include "formats/format.h"
#include "formats/macho/object.h"
#include "formats/macho/unwind_input.h"

namespace xld::macho {

inline constexpr std::string_view kUnwindInfoSection = "__TEXT,__unwind_info";
inline constexpr std::string_view kCompactUnwindSection = "__LD,__compact_unwind";
inline constexpr std::string_view kEhFrameSection = "__TEXT,__eh_frame";

// A piece of code and how it is unwound.
struct UnwindRow {
  AtomId function;
  uint32_t offset = 0;                 // in the atom
  uint32_t encoding = 0;               // complete but for the place of an FDE
  const UnwindEntry* entry = nullptr;  // none: it cannot be unwound
  const InputFile* file = nullptr;
  uint32_t frame = kNoFrame;           // in MachoObject::frames: the FDE that the output keeps
  uint32_t frame_position = kNoFrame;  // in the output's __eh_frame
};

// Which functions need what; made when it is known what lives.
class UnwindRows {
 public:
  explicit UnwindRows(Link& link);

  LargeVector<UnwindRow> rows;           // by file and atom
  std::vector<SlotOwner> personalities;  // three at most

 private:
  void add_file(const InputFile& file);
  void add_row(const InputFile& file, AtomId function, const UnwindEntry* entry, uint32_t offset = 0);
  static bool is_for_code(const MachoObject& object, const Atom& atom);
  void add_undescribed(const InputFile& file);
  static bool is_described(const MachoObject& object, AtomId function, uint64_t offset);
  std::pair<AtomId, uint64_t> place_of_personality(const InputFile& file, SymbolId symbol,
                                                   uint32_t raw_symbol_index) const;
  void add_personality(const InputFile& file, const UnwindEntry& entry, UnwindRow& row);
  uint32_t personality_bits(const InputFile& file, const UnwindEntry& entry);

  Link& link_;
  bool has_entries_ = false;
};

class EhFrameChunk : public Chunk {
 public:
  EhFrameChunk(const Link& link, UnwindRows& rows);
  uint64_t size() const override { return size_; }
  void write(MutableBytes out) const override;

  // -r: the records of the personalities' pointers, which are all there are.
  void append_relocs(std::vector<uint8_t>& out) const;

 private:
  struct Record {  // a CIE, or an FDE of `cie`
    const InputFile* file = nullptr;
    const Frame* frame = nullptr;
    const UnwindRow* row = nullptr;  // none: a CIE
    uint32_t position = 0;
    uint32_t cie = 0;
    const UnwindEntry* personality = nullptr;
  };

  uint32_t add_cie(const InputFile& file, const Frame& frame, const UnwindEntry& entry);
  void append_personality(const Record& record, std::vector<uint8_t>& out) const;
  uint64_t personality_value(const Record& record, uint64_t place) const;
  void write_cie(const Record& record, MutableBytes out) const;
  void write_fde(const Record& record, MutableBytes out) const;
  void write_pointer(uint8_t encoding, uint64_t place, uint64_t value, uint8_t* out) const;

  const Link& link_;
  std::vector<Record> records_;
  std::map<std::tuple<std::string, uint32_t, uint32_t, uint32_t>, uint32_t> cies_;
  uint32_t size_ = 0;
};

// -r: __LD,__compact_unwind of what is left of the objects' entries.
class CompactUnwindChunk : public Chunk {
 public:
  explicit CompactUnwindChunk(const Link& link);
  uint64_t size() const override;
  void write(MutableBytes out) const override;
  void append_relocs(std::vector<uint8_t>& out) const;

 private:
  struct Row {
    const InputFile* file = nullptr;
    const UnwindEntry* entry = nullptr;
  };
  uint32_t row_size() const { return link_.arch->word_size == 8 ? 32 : 20; }
  bool has_details(const UnwindEntry& entry) const;

  const Link& link_;
  std::vector<Row> rows_;
};

class UnwindInfoChunk : public Chunk {
 public:
  UnwindInfoChunk(const Link& link, const UnwindRows& rows) : link_(link), rows_(rows) {
    alignment = 4;
    is_late = true;  // how functions share pages depends on their offsets
  }
  uint64_t size() const override;
  void write(MutableBytes out) const override;

 private:
  struct Page {
    uint32_t first = 0, last = 0;     // rows [first, last) of order_
    std::vector<uint32_t> encodings;  // of its own
    uint32_t size() const;
  };

  void prepare() const;
  bool depends_on_place(uint32_t encoding) const;
  void order_rows() const;
  void count_encodings() const;
  void make_pages() const;
  void fill_page(Page& page) const;
  uint64_t header_size() const;
  uint64_t address_of(const UnwindRow& row) const;
  uint32_t encoding_index(const Page& page, uint32_t encoding) const;
  void write_page(const Page& page, uint8_t* out) const;
  bool is_lsda_row(const UnwindRow& row) const { return row.entry && row.entry->lsda.is_valid(); }

  const Link& link_;
  const UnwindRows& rows_;
  mutable bool is_prepared_ = false;  // by the one thread that lays out
  mutable LargeVector<const UnwindRow*> order_;
  mutable std::vector<uint32_t> common_;
  mutable std::vector<Page> pages_;
  mutable uint64_t size_ = 0;
};

}  // namespace xld::macho
