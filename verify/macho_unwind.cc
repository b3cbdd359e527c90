// Rules about __unwind_info (<mach-o/compact_unwind_encoding.h>) and the __eh_frame records it points to.
#include <map>
#include <set>

#include "verify/elf_file.h"
#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

constexpr uint32_t kMarks = 0xf0000000;  // not how, but what else: start, LSDA, personality
constexpr uint32_t kHasLsda = 0x40000000, kModeMask = 0x0f000000;
constexpr uint32_t kRegularPage = 2, kCompressedPage = 3, kPageSize = 4096;

// __eh_frame as a list of records: FDEs by their offset, with the function's address.
class EhFrame {
 public:
  EhFrame(const MachoFile& file, Report& report) : file_(file), report_(report) {
    if (const MachoSection* s = file.find_section("__TEXT", "__eh_frame")) read(*s);
  }
  std::map<uint32_t, uint64_t> functions;  // FDE offset to function

 private:
  void read(const MachoSection& section) {
    const Bytes all = section.contents;
    uint64_t at = 0;
    while (at + 4 <= all.size()) {
      const auto length = load<uint32_t>(all.data() + at);
      if (length == 0) return;
      if (length == UINT32_MAX || length < 4 || !contains(all, at + 4, length)) {
        return report_.add("__eh_frame: the record at {:#x} has length {:#x}", at, length);
      }
      const auto id = load<uint32_t>(all.data() + at + 4);
      if (id == 0) {
        read_cie(all, at, length);
      } else {
        read_fde(section, at, length, id);
      }
      at += 4 + uint64_t{length};
    }
  }

  void read_cie(Bytes all, uint64_t at, uint32_t length) {
    LebReader reader(all.subspan(0, at + 4 + length), at + 8);
    const uint8_t version = reader.byte();
    const std::string_view augmentation = reader.string();
    reader.uleb();
    reader.sleb();
    if (version == 1) {
      reader.byte();
    } else {
      reader.uleb();
    }
    uint8_t encoding = 0;
    if (augmentation.starts_with("z")) {
      reader.uleb();
      for (const char c : augmentation.substr(1)) {
        if (c == 'P') {
          const uint8_t size = pointer_size(reader.byte());
          for (uint8_t i = 0; i < size; i++) reader.byte();
        } else if (c == 'L') {
          reader.byte();
        } else if (c == 'R') {
          encoding = reader.byte();
        }
      }
    }
    if (reader.failed()) report_.add("__eh_frame: the CIE at {:#x} is cut off", at);
    encodings_[at] = encoding;
  }

  uint8_t pointer_size(uint8_t encoding) const {
    switch (encoding & 7) {
      case 2:
        return 2;
      case 3:
        return 4;
      case 4:
        return 8;
      default:
        return static_cast<uint8_t>(file_.word());
    }
  }

  void read_fde(const MachoSection& section, uint64_t at, uint32_t length, uint32_t distance) {
    const auto cie = distance <= at + 4 ? encodings_.find(at + 4 - distance) : encodings_.end();
    if (cie == encodings_.end()) return report_.add("__eh_frame: the FDE at {:#x} names no CIE", at);
    const uint8_t size = pointer_size(cie->second);
    const auto field = slice(section.contents, at + 8, size);
    if (!field || length < 4 + 2U * size) return report_.add("__eh_frame: the FDE at {:#x} is cut off", at);
    uint64_t value = size == 8 ? load<uint64_t>(field->data()) : load<uint32_t>(field->data());
    if (size == 4 && (cie->second & 8) != 0) value = static_cast<uint64_t>(int64_t{static_cast<int32_t>(value)});
    if ((cie->second & 0x70) == 0x10) value += section.address + at + 8;
    if (!file_.is_64) value &= UINT32_MAX;
    const MachoSection* code = file_.section_at(value);
    if (!code || !code->has_code())
      report_.add("__eh_frame: the FDE at {:#x} is of {:#x}, which is not in code", at, value);
    functions[static_cast<uint32_t>(at)] = value;
  }

  const MachoFile& file_;
  Report& report_;
  std::map<uint64_t, uint8_t> encodings_;
};

class UnwindInfo {
 public:
  UnwindInfo(const MachoFile& file, const MachoSection& section, Report& report)
      : file_(file), info_(section.contents), report_(report), frames_(file, report) {}

  void check() {
    if (word(0) != 1) return report_.add("version {}", word(0));
    common_ = word(4), common_count_ = word(8);
    const uint32_t personalities = word(12), personality_count = word(16), index = word(20), count = word(24);
    if (common_count_ > 127) report_.add("{} common encodings", common_count_);
    if (personality_count > 3) report_.add("{} personalities", personality_count);
    personality_count_ = personality_count;
    for (uint32_t i = 0; i < std::min(personality_count, 3U); i++) check_personality(word(personalities + i * 4));
    if (count == 0 || !contains(info_, index, uint64_t{count} * 12))
      return report_.add("{} pages, outside the section", count);
    check_lsdas(word(index + 8), word(index + (count - 1) * 12 + 8));
    for (uint32_t i = 0; i < count; i++) check_index_entry(index + i * 12, i + 1 == count);
    if (is_cut_off_) report_.add("a table lies outside the section");
  }

 private:
  uint32_t word(uint64_t at) {
    const auto value = read<uint32_t>(info_, at);
    if (!value) is_cut_off_ = true;
    return value.value_or(0);
  }
  uint16_t half(uint64_t at) {
    const auto value = read<uint16_t>(info_, at);
    if (!value) is_cut_off_ = true;
    return value.value_or(0);
  }

  uint64_t base() const { return file_.header_segment() ? file_.header_segment()->address : 0; }

  // A slot that the loader fills or that holds an address.
  void check_personality(uint32_t offset) {
    const uint64_t slot = base() + offset;
    const MachoSegment* segment = file_.segment_at(slot, file_.word());
    if (!segment || segment->is_executable() || slot % file_.word() != 0)
      report_.add("the slot of a personality is {:#x}", slot);
  }

  void check_lsdas(uint32_t start, uint32_t end) {
    if (end < start || (end - start) % 8 != 0 || !contains(info_, start, end - start))
      return report_.add("LSDAs from {:#x} to {:#x}", start, end);
    uint32_t last = 0;
    for (uint32_t at = start; at < end; at += 8) {
      const uint32_t function = word(at), lsda = word(at + 4);
      if (at != start && function <= last) report_.add("the LSDA of function {:#x} is out of order", function);
      last = function;
      lsdas_.insert(function);
      const MachoSection* section = file_.section_at(base() + lsda);
      if (!section || section->has_code()) report_.add("the LSDA of function {:#x} is at {:#x}", function, lsda);
    }
  }

  void check_index_entry(uint32_t at, bool is_sentinel) {
    const uint32_t first = word(at), page = word(at + 4);
    if (seen_any_ && first < last_function_) report_.add("the page of function {:#x} is out of order", first);
    if (is_sentinel) {
      if (page != 0) report_.add("the last index entry has a page");
      if (seen_any_ && first <= last_function_) report_.add("the last function {:#x} has no size", last_function_);
      return;
    }
    if (page == 0) return;
    const uint32_t kind = word(page);
    const uint32_t entries = half(page + 4), count = half(page + 6);
    if (kind != kRegularPage && kind != kCompressedPage)
      return report_.add("the page of function {:#x} has kind {}", first, kind);
    const uint32_t width = kind == kRegularPage ? 8 : 4;
    uint32_t size = entries + count * width;
    if (kind == kCompressedPage) {
      const uint32_t encodings = half(page + 8), encoding_count = half(page + 10);
      if (common_count_ + encoding_count > 256)
        report_.add("the page of function {:#x} has {} encodings", first, common_count_ + encoding_count);
      if (encoding_count != 0) size = std::max(size, encodings + encoding_count * 4);
    }
    if (size > kPageSize) report_.add("the page of function {:#x} has {} bytes", first, size);
    for (uint32_t i = 0; i < count && !is_cut_off_; i++)
      check_entry(page, first, kind, page + entries + i * width, i == 0);
  }

  void check_entry(uint32_t page, uint32_t page_first, uint32_t kind, uint32_t at, bool is_first) {
    uint32_t function = word(at), encoding = 0;
    if (kind == kRegularPage) {
      encoding = word(at + 4);
    } else {
      const uint32_t index = function >> 24;
      function = page_first + (function & 0xffffff);
      const uint32_t local_count = half(page + 10);
      if (index >= common_count_ + local_count)
        return report_.add("function {:#x} has encoding {} of {}", function, index, common_count_ + local_count);
      encoding =
          index < common_count_ ? word(common_ + index * 4) : word(page + half(page + 8) + (index - common_count_) * 4);
    }
    if (is_first && function != page_first)
      report_.add("the page of function {:#x} begins with {:#x}", page_first, function);
    if (seen_any_ && function <= last_function_) report_.add("function {:#x} is out of order", function);
    seen_any_ = true;
    last_function_ = function;
    check_function(function, encoding);
  }

  void check_function(uint32_t function, uint32_t encoding) {
    const MachoSection* section = file_.section_at(base() + function);
    if (encoding != 0 && (!section || !section->has_code())) report_.add("function {:#x} is not in code", function);
    const uint32_t dwarf = file_.is_arm64() ? 0x03000000 : 0x04000000;
    // A record names its table itself.
    const bool is_in_record = (encoding & kModeMask) == dwarf && (encoding & kHasLsda) == 0;
    if (!is_in_record && ((encoding & kHasLsda) != 0) != lsdas_.contains(function)) {
      report_.add("function {:#x}: encoding {:#x}, but {} LSDA", function, encoding,
                  lsdas_.contains(function) ? "an" : "no");
    }
    if ((encoding >> 28 & 3) > personality_count_)
      report_.add("function {:#x} has personality {}", function, encoding >> 28 & 3);
    const uint32_t mode = (encoding & kModeMask) >> 24;
    const bool is_known = file_.is_arm64() ? mode >= 2 && mode <= 4 : mode >= 1 && mode <= 4;
    if ((encoding & ~kMarks) != 0 && !is_known) report_.add("function {:#x} has mode {}", function, mode);
    if ((encoding & kModeMask) != dwarf) return;
    const auto found = frames_.functions.find(encoding & 0xffffff);
    if (found == frames_.functions.end()) {
      report_.add("function {:#x} has no FDE at {:#x}", function, encoding & 0xffffff);
    } else if (found->second != base() + function) {
      report_.add("function {:#x} has the FDE of {:#x}", function, found->second);
    }
  }

  const MachoFile& file_;
  Bytes info_;
  Report& report_;
  EhFrame frames_;
  uint32_t common_ = 0, common_count_ = 0, personality_count_ = 0, last_function_ = 0;
  bool is_cut_off_ = false, seen_any_ = false;
  std::set<uint32_t> lsdas_;
};

void check_unwind_info(const MachoFile& file, Report& report) {
  const MachoSection* section = file.find_section("__TEXT", "__unwind_info");
  if (section) {
    UnwindInfo(file, *section, report).check();
  } else {
    EhFrame(file, report);
  }
}

constexpr MachoRule kRules[] = {
    {"macho-unwind",
     "__unwind_info is sorted, complete, and points to code, LSDAs, personalities and FDEs that are there",
     Scope::Linked, check_unwind_info},
};

}  // namespace

MachoRules macho_unwind_rules() {
  return kRules;
}

}  // namespace xld::verify
