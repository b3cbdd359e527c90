// See compressed_contents.h.
#include "formats/elf/compressed_contents.h"

#include <algorithm>
#include <fmt/core.h>
#include <zlib.h>
#include <zstd.h>

#include "core/glob.h"
#include "formats/elf/deflate.h"
#include "formats/elf/elf.h"
#include "formats/elf/linker_sections.h"

namespace xld::elf {

namespace {

// What costs least and still gains most: debug information shrinks to a third at any level.
constexpr int kZlibLevel = 1;
constexpr int kZstdLevel = 3;

constexpr uint8_t kZlibHeader[] = {0x78, 0x01};  // deflate, 32 KiB window; level and check bits
constexpr size_t kChecksumSize = 4;

int default_level(CompressionKind kind) {
  return kind == CompressionKind::Zstd ? kZstdLevel : kZlibLevel;
}

}  // namespace

CompressedContents::CompressedContents(const Link& link, OutputSection& section, const Compression& compression)
    : link_(link),
      kind_(compression.kind),
      level_(compression.level.value_or(default_level(compression.kind))),
      section_(section) {
  alignment = link.target().word_size;
}

void CompressedContents::begin(size_t blocks) {
  blocks_.resize(blocks);
}

void CompressedContents::encode(size_t index, Bytes contents) {
  Block& block = blocks_[index];
  block.input_size = contents.size();
  if (kind_ == CompressionKind::Zstd) {
    block.is_done = pack_block(contents, block.bytes);
  } else {
    block.checksum = static_cast<uint32_t>(::adler32_z(1, contents.data(), contents.size()));
    block.is_done = deflate_block(contents, index + 1 == blocks_.size(), block.bytes);
  }
}

bool CompressedContents::deflate_block(Bytes contents, bool is_last, std::vector<uint8_t>& out) const {
  constexpr int kRawWindow = -15;
  if (contents.size() > UINT32_MAX) return false;
  if (level_ == kZlibLevel) {
    out = deflate_fast(contents, is_last);
    out.shrink_to_fit();
    return true;
  }
  z_stream stream{};
  if (::deflateInit2(&stream, level_, Z_DEFLATED, kRawWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  constexpr size_t kFlushSize = 16;
  out.resize(::deflateBound(&stream, static_cast<uLong>(contents.size())) + kFlushSize);
  stream.next_in = const_cast<uint8_t*>(contents.data());
  stream.avail_in = static_cast<uInt>(contents.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&stream, is_last ? Z_FINISH : Z_SYNC_FLUSH);
  const bool is_done = result == (is_last ? Z_STREAM_END : Z_OK) && stream.avail_in == 0 && stream.avail_out != 0;
  out.resize(stream.total_out);
  out.shrink_to_fit();
  ::deflateEnd(&stream);
  return is_done;
}

bool CompressedContents::pack_block(Bytes contents, std::vector<uint8_t>& out) const {
  out.resize(::ZSTD_compressBound(contents.size()));
  const size_t size = ::ZSTD_compress(out.data(), out.size(), contents.data(), contents.size(), level_);
  if (::ZSTD_isError(size)) return false;
  out.resize(size);
  out.shrink_to_fit();
  return true;
}

uint64_t CompressedContents::header_size() const {
  return link_.target().word_size == 8 ? sizeof(Elf64::CompressionHeader) : sizeof(Elf32::CompressionHeader);
}

// Contents that do not shrink, or that the library could not handle, stay as they are.
Chunk* CompressedContents::finish(uint64_t size) {
  input_size_ = size;
  size_ = header_size() + (kind_ == CompressionKind::Zlib ? sizeof(kZlibHeader) + kChecksumSize : 0);
  for (const Block& block : blocks_) size_ += block.bytes.size();
  const bool is_done = std::ranges::all_of(blocks_, &Block::is_done);
  if (is_done && size_ < size) {
    section_.flags |= SHF_COMPRESSED;
    return this;
  }
  blocks_ = {};
  return nullptr;
}

void CompressedContents::write(MutableBytes out) const {
  const uint32_t type = kind_ == CompressionKind::Zstd ? ELFCOMPRESS_ZSTD : ELFCOMPRESS_ZLIB;
  if (link_.target().word_size == 8) {
    store(out.data(), Elf64::CompressionHeader{type, 0, input_size_, section_.alignment});
  } else {
    store(out.data(), Elf32::CompressionHeader{type, static_cast<uint32_t>(input_size_),
                                               static_cast<uint32_t>(section_.alignment)});
  }
  uint8_t* place = out.data() + header_size();
  if (kind_ == CompressionKind::Zlib) place = std::copy(std::begin(kZlibHeader), std::end(kZlibHeader), place);
  uLong checksum = 1;
  for (const Block& block : blocks_) {
    place = std::copy(block.bytes.begin(), block.bytes.end(), place);
    checksum = ::adler32_combine(checksum, block.checksum, static_cast<z_off_t>(block.input_size));
  }
  // RFC 1950: most significant byte first.
  if (kind_ == CompressionKind::Zlib)
    for (int shift = 24; shift >= 0; shift -= 8) *place++ = static_cast<uint8_t>(checksum >> shift);
}

namespace {

// --compress-sections: the last pattern that matches counts, and for debug sections more than what is said of all.
Compression compression_of(const Options& options, const std::vector<Glob>& globs, const OutputSection& section) {
  for (size_t i = globs.size(); i-- > 0;)
    if (globs[i].matches(section.name)) return options.section_compressions[i].compression;
  return !section.is_allocated && section.name.starts_with(".debug_") ? options.debug_compression : Compression();
}

// Nobody looks for compressed ones of these.
bool has_to_be_readable(const OutputSection& section) {
  return section.type == SHT_NULL || section.type == SHT_REL || section.type == SHT_RELA || section.type == SHT_GROUP ||
         section.name == ".shstrtab";
}

}  // namespace

void choose_compressed_sections(Link& link) {
  const Options& options = link.options();
  std::vector<Glob> globs;
  for (const SectionCompression& one : options.section_compressions) globs.emplace_back(one.glob);
  for (OutputSection& section : link.layout.sections) {
    const Compression compression = compression_of(options, globs, section);
    if (compression.kind == CompressionKind::None || has_to_be_readable(section) || section.coder) continue;
    if (section.is_allocated) {
      link.diagnostics().error(
          fmt::format("--compress-sections: section '{}' with the SHF_ALLOC flag cannot be compressed: loaders do not "
                      "expand it; name only sections that are not loaded",
                      section.name));
      continue;
    }
    section.coder = add_chunk<CompressedContents>(link, link, section, compression);
  }
}

}  // namespace xld::elf
