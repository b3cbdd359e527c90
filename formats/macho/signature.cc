// See signature.h. <kern/cs_blobs.h> of xnu: SuperBlob, CodeDirectory; everything big-endian.
#include "formats/macho/signature.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/digest.h"
#include "core/path.h"
#include "formats/macho/load_commands.h"
#include "formats/macho/macho.h"
#include "formats/macho/state.h"

namespace xld::macho {

namespace {

constexpr uint32_t kPageLog2 = 12;
constexpr uint64_t kPageSize = 1 << kPageLog2;
constexpr uint32_t kBlobHeaderSize = 12, kBlobIndexSize = 8;  // SuperBlob with one CodeDirectory
constexpr uint32_t kDirectorySize = 88;                       // of version 0x20400
constexpr uint32_t kDirectoryOffset = kBlobHeaderSize + kBlobIndexSize;

std::string_view identifier(const Link& link) {
  const Options& options = link.options();
  const bool has_name = link.target().output == OutputKind::SharedLibrary && !options.darwin.install_name.empty();
  const std::string_view path = has_name ? options.darwin.install_name : options.output;
  return base_name(path);
}

uint64_t page_count(uint64_t size) {
  return (size + kPageSize - 1) / kPageSize;
}

class BigWriter {
 public:
  void add32(uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(value >> shift));
  }
  void add64(uint64_t value) {
    add32(static_cast<uint32_t>(value >> 32));
    add32(static_cast<uint32_t>(value));
  }
  void add8(uint32_t value) { bytes.push_back(static_cast<uint8_t>(value)); }

  std::vector<uint8_t> bytes;
};

void add_directory(const Link& link, uint64_t code_limit, uint32_t size, BigWriter& out) {
  const auto name_size = static_cast<uint32_t>(identifier(link).size()) + 1;
  const Segment& text = link.layout.segments.front();
  const bool is_program = kind_of_file(link) == MH_EXECUTE;
  out.add32(CSMAGIC_CODEDIRECTORY);
  out.add32(size);
  out.add32(CS_SUPPORTSEXECSEG);
  out.add32(CS_ADHOC | CS_LINKER_SIGNED);
  out.add32(kDirectorySize + name_size);  // of the digests
  out.add32(kDirectorySize);              // of the identifier
  out.add32(0);                           // special slots
  out.add32(static_cast<uint32_t>(page_count(code_limit)));
  out.add32(static_cast<uint32_t>(code_limit));
  out.add8(CS_HASH_SIZE_SHA256);
  out.add8(CS_HASHTYPE_SHA256);
  out.add8(0);  // platform
  out.add8(kPageLog2);
  for (int i = 0; i < 4; i++) out.add32(0);  // spare, scatter, team, spare
  out.add64(0);                              // 64-bit code limit, if the other is too small
  out.add64(text.file_offset);
  out.add64(align_up(text.file_size, link.layout.plan.page_size));
  out.add64(is_program ? CS_EXECSEG_MAIN_BINARY : 0);
}

}  // namespace

uint64_t signature_size(const Link& link, uint64_t offset) {
  const uint64_t size =
      kDirectoryOffset + kDirectorySize + identifier(link).size() + 1 + page_count(offset) * CS_HASH_SIZE_SHA256;
  return align_up(size, 16);
}

void sign(const Link& link, Image& image) {
  const uint64_t offset = file_offset_of(link, *state_of(link).signature);
  const uint64_t pages = page_count(offset);
  const std::string_view name = identifier(link);
  BigWriter out;
  const auto directory_size = static_cast<uint32_t>(kDirectorySize + name.size() + 1 + pages * CS_HASH_SIZE_SHA256);
  out.add32(CSMAGIC_EMBEDDED_SIGNATURE);
  out.add32(kDirectoryOffset + directory_size);
  out.add32(1);
  out.add32(CSSLOT_CODEDIRECTORY);
  out.add32(kDirectoryOffset);
  add_directory(link, offset, directory_size, out);
  out.bytes.insert(out.bytes.end(), name.begin(), name.end());
  out.add8(0);
  const size_t digests = out.bytes.size();
  out.bytes.resize(digests + pages * CS_HASH_SIZE_SHA256);
  parallel_for(link.session.pool, pages, 64, [&](size_t begin, size_t end) {
    std::vector<uint8_t> page(kPageSize);
    for (size_t i = begin; i < end; i++) {
      const MutableBytes part = MutableBytes(page).first(std::min(kPageSize, offset - i * kPageSize));
      // An output that cannot be read back gets the digests of zeros: nobody can run it either.
      if (!image.read(i * kPageSize, part)) std::fill(part.begin(), part.end(), uint8_t{0});
      const Digest digest = compute_digest(DigestKind::Sha256, part);
      std::copy_n(digest.bytes.data(), CS_HASH_SIZE_SHA256, out.bytes.data() + digests + i * CS_HASH_SIZE_SHA256);
    }
  });
  image.write(offset, out.bytes);
}

}  // namespace xld::macho
