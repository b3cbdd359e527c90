// Call frame information as both object formats carry it: cutting a section into records, reading what a linker needs
// of them, and the sorted table that finds a record by address.
//
// Specification: Linux Standard Base Core, "Exception Frames" (.eh_frame, .eh_frame_hdr, DWARF exception header
// encodings); DWARF 5 §6.4 for what that leaves out. Records are views: an EhRecord holds offsets only, and all
// functions take the section it belongs to. Nothing here has state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace xld {

// A byte that says how a pointer is stored: its low half the format, bits 4 to 6 what it is relative to.
namespace eh_pointer {
constexpr uint8_t kAbsolute = 0x00;  // a whole word
constexpr uint8_t kUleb = 0x01;
constexpr uint8_t kUnsigned2 = 0x02;
constexpr uint8_t kUnsigned4 = 0x03;
constexpr uint8_t kUnsigned8 = 0x04;
constexpr uint8_t kSignedWord = 0x08;
constexpr uint8_t kSleb = 0x09;
constexpr uint8_t kSigned2 = 0x0a;
constexpr uint8_t kSigned4 = 0x0b;
constexpr uint8_t kSigned8 = 0x0c;
constexpr uint8_t kFormatMask = 0x0f;
constexpr uint8_t kRelativeToPlace = 0x10;
constexpr uint8_t kRelativeToData = 0x30;
constexpr uint8_t kAligned = 0x50;  // a whole word at the next multiple of its size
constexpr uint8_t kBaseMask = 0x70;
constexpr uint8_t kIndirect = 0x80;  // the address of the pointer
constexpr uint8_t kOmitted = 0xff;
}  // namespace eh_pointer

// One CIE or FDE. The zero words that end a section, or stand in its middle where sections were joined, are none.
struct EhRecord {
  static constexpr uint32_t kIsCie = UINT32_MAX;

  uint32_t offset = 0;
  uint32_t size = 0;      // with its length field
  uint32_t cie = kIsCie;  // of an FDE: the index of its CIE's record in the same section

  bool is_cie() const { return cie == kIsCie; }
};

// Appends the records of a section to `records`, which must be empty; in order of offset.
// The value says whether the section ends with a terminator.
Result<bool> split_eh_frame(Bytes section, std::vector<EhRecord>& records);

// Offset of the field that is the CIE pointer of an FDE and zero in a CIE.
uint32_t eh_id_offset(Bytes section, const EhRecord& record);

// Offset of an FDE's first pointer, the start of the code it describes.
inline uint32_t eh_pc_begin_offset(Bytes section, const EhRecord& fde) {
  return eh_id_offset(section, fde) + 4;
}

// What a CIE says. Offsets are those of the section; 0 means there is no such field.
struct CieFacts {
  uint8_t version = 0;
  uint8_t fde_encoding = eh_pointer::kAbsolute;
  uint8_t lsda_encoding = eh_pointer::kOmitted;
  uint8_t personality_encoding = eh_pointer::kOmitted;
  bool has_augmentation_size = false;  // 'z'
  bool is_signal_frame = false;        // 'S'
  bool signs_with_key_b = false;       // 'B' (AArch64)
  uint64_t code_alignment = 1;         // what advances count in
  int64_t data_alignment = 1;          // what offsets count in
  uint64_t return_register = 0;
  uint32_t personality_offset = 0;
  uint32_t instructions_offset = 0;
};
Result<CieFacts> parse_cie(Bytes section, const EhRecord& cie, uint8_t word_size);

struct FdeFacts {
  uint32_t pc_begin_offset = 0;
  uint32_t pc_range_offset = 0;
  uint32_t lsda_offset = 0;  // 0: its CIE has no such field
  uint32_t instructions_offset = 0;
};
Result<FdeFacts> parse_fde(Bytes section, const EhRecord& fde, const CieFacts& cie, uint8_t word_size);

// Bytes of a pointer with this encoding; 0 if it has no fixed size or is unknown.
uint32_t encoded_pointer_size(uint8_t encoding, uint8_t word_size);

struct EncodedPointer {
  uint64_t value;
  uint32_t size;
};
// The pointer at `offset` of a section that lies at `section_address`; an indirect one is not followed. Nothing if it
// does not fit, or is relative to something else than nothing or its own place.
std::optional<EncodedPointer> read_encoded_pointer(Bytes section, uint64_t offset, uint8_t encoding, uint8_t word_size,
                                                   uint64_t section_address);

// The table of .eh_frame_hdr.
struct EhFrameHeaderEntry {
  uint64_t pc = 0;   // start of the code
  uint64_t fde = 0;  // address of its record; 0: there is no code, and the entry is not listed
};
constexpr uint64_t eh_frame_header_size(uint64_t entries) {
  return 12 + 8 * entries;
}

// Writes the header for entries in any order and returns how many of them it lists: of those with the same `pc` only
// the one with the lowest `fde`. `out` has room for all of them; what duplicates leave over is zeroed.
Result<uint32_t> write_eh_frame_header(std::span<const EhFrameHeaderEntry> entries, uint64_t header_address,
                                       uint64_t eh_frame_address, uint8_t word_size, MutableBytes out);

}  // namespace xld
