// LC_DYLD_CHAINED_FIXUPS (<mach-o/fixup-chains.h>): pointer formats 2 and 6 (64 bit), 3 (32 bit), and imports of the
// three forms.
#include "tests/macho_run/fixups.h"
#include "tests/macho_run/leb128.h"
#include "tests/macho_run/symbols.h"

namespace macho_run {

namespace {

struct ChainsHeader {
  uint32_t version, starts, imports, symbols, import_count, import_format, symbol_format;
};

// The head of dyld_chained_starts_in_segment; page starts follow.
struct SegmentStarts {
  uint32_t size;
  uint16_t page_size, pointer_format;
  uint64_t segment_offset;
  uint32_t maximum_pointer;
  uint16_t page_count;
};
constexpr size_t kSegmentStartsSize = 22;
constexpr uint16_t kNoStart = 0xffff, kSeveralStarts = 0x8000;

enum PointerFormat : uint16_t { kPointer64 = 2, kPointer32 = 3, kPointer64Offset = 6 };

struct Import {
  Word target;
  int64_t addend;
};

class Chains {
 public:
  explicit Chains(const Image& image) : image_(image), bytes_(image.file.chained_fixups) {
    header_ = at<ChainsHeader>(0);
    if (header_.version != 0) fail("%s: chained fixups of version %u", image.path(), header_.version);
    if (header_.symbol_format != 0) fail("%s: compressed names of imports", image.path());
  }

  void apply() {
    for (uint32_t i = 0; i < header_.import_count; i++) imports_.push_back(read_import(i));
    const auto count = at<uint32_t>(header_.starts);
    if (count != image_.file.segments.size()) {
      fail("%s: chained fixups for %u segments, the image has %zu", image_.path(), count, image_.file.segments.size());
    }
    for (uint32_t i = 0; i < count; i++) {
      const auto offset = at<uint32_t>(header_.starts + 4 + uint64_t{i} * 4);
      if (offset != 0) apply_segment(image_.file.segments[i], uint64_t{header_.starts} + offset);
    }
  }

 private:
  template <class T>
  T at(uint64_t offset) const {
    return Cursor(image_.path(), "chained fixups", bytes_, offset).read<T>();
  }

  std::string_view name_at(uint64_t offset) const {
    return Cursor(image_.path(), "names of chained fixups", bytes_, header_.symbols + offset).string();
  }

  // DYLD_CHAINED_IMPORT, _ADDEND and _ADDEND64.
  Import read_import(uint32_t index) const {
    int ordinal;
    bool is_weak;
    uint64_t name;
    int64_t addend = 0;
    if (header_.import_format == 3) {
      const uint64_t place = header_.imports + uint64_t{index} * 16;
      const auto raw = at<uint64_t>(place);
      ordinal = static_cast<int16_t>(raw & 0xffff);
      is_weak = (raw >> 16 & 1) != 0;
      name = raw >> 32;
      addend = at<int64_t>(place + 8);
    } else if (header_.import_format == 1 || header_.import_format == 2) {
      const uint64_t place = header_.imports + uint64_t{index} * (header_.import_format == 1 ? 4 : 8);
      const auto raw = at<uint32_t>(place);
      ordinal = (raw & 0xff) > 0xf0 ? static_cast<int8_t>(raw & 0xff) : static_cast<int>(raw & 0xff);
      is_weak = (raw >> 8 & 1) != 0;
      name = raw >> 9;
      if (header_.import_format == 2) addend = at<int32_t>(place + 4);
    } else {
      fail("%s: chained fixups have imports of format %u", image_.path(), header_.import_format);
    }
    return {resolve_import(image_, ordinal, name_at(name), is_weak), addend};
  }

  void apply_segment(const Segment& segment, uint64_t offset) {
    SegmentStarts starts{};
    std::memcpy(&starts, Cursor(image_.path(), "chained fixups", bytes_, offset).bytes(kSegmentStartsSize).data(),
                kSegmentStartsSize);
    if (segment.address - image_.file.header_address() != starts.segment_offset) {
      fail("%s: the chains of segment %s are for offset %#llx", image_.path(), segment.name.c_str(),
           static_cast<unsigned long long>(starts.segment_offset));
    }
    if (starts.page_size != 0x1000 && starts.page_size != 0x4000) {
      fail("%s: chained fixups for pages of %#x", image_.path(), starts.page_size);
    }
    for (uint32_t page = 0; page < starts.page_count; page++) {
      const auto start = at<uint16_t>(offset + kSegmentStartsSize + uint64_t{page} * 2);
      if (start == kNoStart) continue;
      if (start & kSeveralStarts) fail("%s: a page with several chains", image_.path());
      apply_chain(segment, starts, uint64_t{page} * starts.page_size, start);
    }
  }

  void apply_chain(const Segment& segment, const SegmentStarts& starts, uint64_t page, uint64_t offset) {
    while (true) {
      if (offset >= starts.page_size) fail("%s: a chain of %s leaves its page", image_.path(), segment.name.c_str());
      const Word address = segment.address + image_.slide + static_cast<Word>(page + offset);
      const uint64_t next = apply_pointer(address, starts);
      if (next == 0) return;
      offset += next;
    }
  }

  // Gives back the distance to the next one, in bytes.
  uint64_t apply_pointer(Word address, const SegmentStarts& starts) {
    switch (starts.pointer_format) {
      case kPointer64:
      case kPointer64Offset:
        if (kIs64) return apply_64(address, starts.pointer_format);
        break;
      case kPointer32:
        if (!kIs64) return apply_32(address, starts.maximum_pointer);
        break;
    }
    fail("%s: chained pointers of format %u", image_.path(), starts.pointer_format);
  }

  const Import& import_at(uint64_t ordinal) const {
    if (ordinal >= imports_.size()) {
      fail("%s: a chain names import %llu of %zu", image_.path(), static_cast<unsigned long long>(ordinal),
           imports_.size());
    }
    return imports_[ordinal];
  }

  uint64_t apply_64(Word address, uint16_t format) {
    uint8_t* place = image_.writable(address, sizeof(Word), "a chained fixup");
    const auto raw = xld::load<uint64_t>(place);
    uint64_t value;
    if (raw >> 63) {  // bind: ordinal 24, addend 8
      const Import& import = import_at(raw & 0xffffff);
      value = import.target + static_cast<uint64_t>(import.addend) + (raw >> 24 & 0xff);
    } else {  // rebase: target 36, the pointer's top byte 8
      const uint64_t target = raw & 0xfffffffff;
      const uint64_t base = format == kPointer64 ? image_.slide : image_.header();
      value = (target + base) | (raw >> 36 & 0xff) << 56;
    }
    trace("%s: chain %#zx = %#llx", image_.path(), size_t{address - image_.slide},
          static_cast<unsigned long long>(value));
    xld::store<Word>(place, static_cast<Word>(value));
    return (raw >> 51 & 0xfff) * 4;
  }

  // DYLD_CHAINED_PTR_32: small numbers may hide in the chain as pointers above maximum_pointer.
  uint64_t apply_32(Word address, uint32_t maximum_pointer) {
    uint8_t* place = image_.writable(address, sizeof(Word), "a chained fixup");
    const auto raw = xld::load<uint32_t>(place);
    uint32_t value;
    if (raw >> 31) {
      const Import& import = import_at(raw & 0xfffff);
      value = static_cast<uint32_t>(import.target + import.addend + (raw >> 20 & 0x3f));
    } else {
      const uint32_t target = raw & 0x3ffffff;
      const uint32_t bias = (0x04000000 + maximum_pointer) / 2;
      value = target > maximum_pointer ? target - bias : target + static_cast<uint32_t>(image_.slide);
    }
    xld::store<uint32_t>(place, value);
    return (raw >> 26 & 0x1f) * 4;
  }

  const Image& image_;
  Bytes bytes_;
  ChainsHeader header_{};
  std::vector<Import> imports_;
};

}  // namespace

void apply_chained_fixups(const Image& image) {
  Chains(image).apply();
}

}  // namespace macho_run
