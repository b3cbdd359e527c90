// See tables.h.
#include "kernel_image/tables.h"

#include <algorithm>

namespace xld::kernel_image {

namespace {

constexpr uint32_t kMagic = 0x4d595358;  // "XSYM"

struct Header {
  uint32_t magic, count;
  uint64_t base;
};

}  // namespace

FunctionTable::FunctionTable(const Link& link) : link_(link) {
  alignment = 8;
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

// Room for all of them, although functions that share an address (aliases, folded ones) will share an entry.
uint64_t FunctionTable::size() const {
  return sizeof(Header) + functions_.size() * sizeof(Record) + names_.size();
}

std::vector<FunctionTable::Record> FunctionTable::sorted_records() const {
  std::vector<Record> records;
  records.reserve(functions_.size());
  for (const Function& function : functions_) {
    const uint64_t place = link_.address_of(link_.atom(function.atom), function.offset);
    records.push_back({static_cast<uint32_t>(place - link_.layout.plan.base_address), function.name});
  }
  std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  const auto is_same = [](const auto& a, const auto& b) { return a.start == b.start; };
  records.erase(std::unique(records.begin(), records.end(), is_same), records.end());
  return records;
}

void FunctionTable::write(MutableBytes out) const {
  const std::vector<Record> records = sorted_records();
  store(out.data(), Header{kMagic, static_cast<uint32_t>(records.size()), link_.layout.plan.base_address});
  uint8_t* start = out.data() + sizeof(Header);
  uint8_t* name = start + records.size() * sizeof(uint32_t);
  for (const Record& record : records) {
    store(start, record.start);
    store(name, record.name);
    start += sizeof(uint32_t);
    name += sizeof(uint32_t);
  }
  std::copy(names_.begin(), names_.end(), name);
}

}  // namespace xld::kernel_image
