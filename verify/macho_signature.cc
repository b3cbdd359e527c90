// Rules about the code signature: the CodeDirectory of xnu's cs_blobs.h and the hash of every page.
#include <llvm/Support/SHA256.h>

#include "verify/macho_file.h"
#include "verify/rules.h"

namespace xld::verify {

namespace {

constexpr uint32_t kSuperBlob = 0xfade0cc0, kCodeDirectory = 0xfade0c02;
constexpr uint32_t kAdHoc = 2, kLinkerSigned = 0x20000;

// Big-endian fields of one blob; 0 behind its end, which `check_directory` has looked at.
struct Blob {
  Bytes bytes;
  uint32_t word(uint64_t at) const { return contains(bytes, at, 4) ? load_big<uint32_t>(bytes.data() + at) : 0; }
  uint64_t wide(uint64_t at) const { return contains(bytes, at, 8) ? load_big<uint64_t>(bytes.data() + at) : 0; }
  uint8_t byte(uint64_t at) const { return at < bytes.size() ? bytes[at] : 0; }
};

void check_hashes(const MachoFile& file, const Blob& directory, Report& report) {
  const uint64_t limit = directory.word(32), hashes = directory.word(16), slots = directory.word(28);
  const uint8_t hash_size = directory.byte(36), hash_type = directory.byte(37), page_shift = directory.byte(39);
  if (hash_type != 2 || hash_size != 32) return report.add("hashes of type {}, size {}", hash_type, hash_size);
  if (page_shift < 12 || page_shift > 16) return report.add("pages of 2^{} bytes", page_shift);
  const uint64_t page = uint64_t{1} << page_shift;
  if (slots != (limit + page - 1) / page) return report.add("{} hashes for {:#x} bytes", slots, limit);
  if (!contains(directory.bytes, hashes, slots * 32))
    return report.add("{} hashes at {:#x} are outside the blob", slots, hashes);
  for (uint64_t i = 0; i < slots; i++) {
    const uint64_t size = std::min(page, limit - i * page);
    const Bytes wanted = directory.bytes.subspan(hashes + i * 32, 32);
    const auto found = llvm::SHA256::hash(llvm::ArrayRef<uint8_t>(file.bytes.data() + i * page, size));
    if (!std::equal(found.begin(), found.end(), wanted.begin()))
      report.add("the hash of page {} at {:#x} is wrong", i, i * page);
  }
}

void check_directory(const MachoFile& file, uint64_t signature, const Blob& directory, Report& report) {
  if (directory.word(0) != kCodeDirectory)
    return report.add("the first blob is {:#x}, no CodeDirectory", directory.word(0));
  const uint32_t version = directory.word(8), flags = directory.word(12), limit = directory.word(32);
  if (version < 0x20001 || directory.bytes.size() < 44) return report.add("version {:#x}", version);
  if (limit > file.bytes.size() || limit != signature)
    return report.add("it covers {:#x} bytes, the signature is at {:#x}", limit, signature);
  const auto identifier = c_string_at(directory.bytes, directory.word(20));
  if (!identifier || identifier->empty()) report.add("it has no identifier");
  const bool is_ad_hoc = (flags & kAdHoc) != 0;
  if ((flags & kLinkerSigned) != 0 && !is_ad_hoc) report.add("signed by a linker, but not ad hoc: flags {:#x}", flags);
  if (version >= 0x20400) {
    const MachoSegment* text = file.find_segment("__TEXT");
    const uint64_t base = directory.wide(64), size = directory.wide(72), exec_flags = directory.wide(80);
    if (text && (base != text->offset || size != text->file_size))
      report.add("the executable segment is {:#x}+{:#x}", base, size);
    if (((exec_flags & 1) != 0) != file.is_executable()) report.add("executable segment flags {:#x}", exec_flags);
  }
  check_hashes(file, directory, report);
}

void check_signature(const MachoFile& file, Report& report) {
  const MachoCommand* command = file.find_command(MachO::LC_CODE_SIGNATURE);
  if (!command) {
    const bool is_needed =
        file.is_arm64() && (file.is_executable() || file.is_library()) && (file.flags & MachO::MH_DYLDLINK) != 0;
    return is_needed ? report.add("none: an arm64 kernel kills it") : void();
  }
  const auto data = read<MachO::linkedit_data_command>(command->bytes, 0);
  const Bytes all = file.linkedit_data(MachO::LC_CODE_SIGNATURE);
  if (!data || all.empty()) return report.add("outside the file");
  const Blob super{all};
  const uint32_t length = super.word(4), count = super.word(8);
  if (super.word(0) != kSuperBlob || length > all.size() || count == 0 || !contains(all, 12, uint64_t{count} * 8)) {
    return report.add("no signature: {:#x}, length {:#x}, {} blobs", super.word(0), length, count);
  }
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t slot = super.word(12 + i * 8), offset = super.word(16 + i * 8);
    const auto rest = slice(all, offset, all.size() - std::min<uint64_t>(offset, all.size()));
    const uint32_t size = rest ? Blob{*rest}.word(4) : 0;
    if (!rest || size < 8 || size > rest->size()) {
      report.add("blob {} is outside", i);
    } else if (slot == 0) {
      check_directory(file, data->dataoff, Blob{rest->subspan(0, size)}, report);
    }
  }
}

constexpr MachoRule kRules[] = {
    {"macho-signature", "the code signature covers the file, and the hash of every page is right", Scope::Linked,
     check_signature},
};

}  // namespace

MachoRules macho_signature_rules() {
  return kRules;
}

}  // namespace xld::verify
