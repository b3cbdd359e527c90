// See tables.h.
#include "kernel_image/tables.h"

#include <algorithm>

#include "kernel_image/facts.h"

namespace xld::kernel_image {

namespace {

constexpr uint32_t kMagic = 0x696d7278;  // "xrmi"
constexpr uint32_t kVersion = 1;

// The structures of kernel_image/runtime/include: 32- and 64-bit numbers without padding.
struct ImageRecord {
  uint32_t magic, version;
  uint64_t load_start, load_end, memory_end, virtual_offset;
  uint64_t bss_start, bss_end;
  uint64_t tls_start, tls_file_size, tls_memory_size, tls_alignment;
  uint32_t segment_count, reserved;
};

struct SegmentRecord {
  uint64_t address, memory_size;
  uint32_t flags, reserved;
};

struct FunctionRecord {
  uint32_t offset, name;
};

// Zero-filled memory behind everything with contents.
std::pair<uint64_t, uint64_t> zero_fill_range(const Link& link, const ImageFacts& facts) {
  const uint64_t end = facts.memory_end + facts.virtual_offset;
  for (const OutputSection& section : link.layout.sections)
    if (section.is_allocated && section.is_zero_fill && !section.is_thread_local) return {section.address, end};
  return {end, end};
}

}  // namespace

uint64_t ImageTable::size() const {
  return sizeof(ImageRecord) + link_.layout.segments.size() * sizeof(SegmentRecord);
}

void ImageTable::write(MutableBytes out) const {
  const ImageFacts facts = image_facts(link_);
  const Layout& layout = link_.layout;
  const auto [bss_start, bss_end] = zero_fill_range(link_, facts);
  store(out.data(),
        ImageRecord{kMagic, kVersion, facts.load_start, facts.load_end, facts.memory_end, facts.virtual_offset,
                    bss_start, bss_end, layout.tls_address, layout.tls_file_size, layout.tls_memory_size,
                    layout.tls_alignment, static_cast<uint32_t>(layout.segments.size()), 0});
  uint8_t* place = out.data() + sizeof(ImageRecord);
  for (const Segment& segment : layout.segments) {
    store(place, SegmentRecord{segment.address, segment.memory_size, segment.flags, 0});
    place += sizeof(SegmentRecord);
  }
}

FunctionTable::FunctionTable(const Link& link) : RuntimeTable(link) {
  for (const InputFile* file : link.inputs.files) collect(*file);
}

void FunctionTable::collect(const InputFile& file) {
  for (const FileSymbol& symbol : link_.format->describe->list_symbols(link_, file)) {
    if (symbol.claim_class == ClaimClass::None || !symbol.atom.is_valid() || symbol.name.empty()) continue;
    if (symbol.name.starts_with(".L") || !link_.is_live[symbol.atom.value]) continue;
    const Atom& atom = link_.atom(symbol.atom);
    // A definition that lost to another file's has that one's place.
    if (!atom.has(atom_flag::kExecutable) || atom.file != file.id) continue;
    functions_.push_back({symbol.atom, symbol.value, static_cast<uint32_t>(names_.size())});
    names_.append(symbol.name).push_back('\0');
  }
}

uint64_t FunctionTable::size() const {
  return 8 + functions_.size() * sizeof(FunctionRecord) + align_up(names_.size(), 4);
}

void FunctionTable::write(MutableBytes out) const {
  std::vector<FunctionRecord> records;
  records.reserve(functions_.size());
  for (const Function& function : functions_) {
    const uint64_t place = link_.address_of(link_.atom(function.atom), function.offset);
    records.push_back({static_cast<uint32_t>(place - link_.layout.plan.base_address), function.name});
  }
  std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  store(out.data(), static_cast<uint32_t>(records.size()));
  store(out.data() + 4, static_cast<uint32_t>(align_up(names_.size(), 4)));
  uint8_t* next = out.data() + 8;
  for (const FunctionRecord& record : records) {
    store(next, record);
    next += sizeof(record);
  }
  std::copy(names_.begin(), names_.end(), next);
}

}  // namespace xld::kernel_image
