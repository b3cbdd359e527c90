// Decompressing sections. See decompress.h.
//
// Bounds on what n bytes can expand to: deflate codes at most 258 bytes in 2 bits, 1032:1; zstd a block of at most
// 128 KiB in the 4 bytes of a run-length block, 32768:1 (RFC 8878 §3.1.1.2).
#include "formats/elf/decompress.h"

#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <zlib.h>
#include <zstd.h>

namespace xld::elf {

namespace {

constexpr uint32_t kElfCompressZlib = 1;
constexpr uint32_t kElfCompressZstd = 2;
constexpr size_t kZdebugHeaderSize = 12;

constexpr uint64_t kMaxZlibRatio = 1032, kMaxZstdRatio = 32768;

// Elf32_Chdr is type, size, alignment; Elf64_Chdr has a reserved word after the type.
struct ChdrFields {
  uint32_t type;
  uint64_t size;
  uint64_t alignment;
  size_t header_size;
};

std::optional<ChdrFields> read_chdr(Bytes contents, bool is_64_bit) {
  const uint8_t* p = contents.data();
  if (is_64_bit) {
    if (contents.size() < 24) return std::nullopt;
    return ChdrFields{load<uint32_t>(p), load<uint64_t>(p + 8), load<uint64_t>(p + 16), 24};
  }
  if (contents.size() < 12) return std::nullopt;
  return ChdrFields{load<uint32_t>(p), load<uint32_t>(p + 4), load<uint32_t>(p + 8), 12};
}

Result<CompressedSection> check_size(const CompressedSection& section) {
  const uint64_t ratio = section.compression == CompressionKind::Zstd ? kMaxZstdRatio : kMaxZlibRatio;
  if (section.size / ratio > section.data.size() || section.size > std::numeric_limits<int64_t>::max()) {
    return Error{fmt::format("its {} compressed bytes cannot expand to the {} bytes the compression header promises",
                             section.data.size(), section.size)};
  }
  if (section.compression == CompressionKind::Zstd) {
    const auto stored = ZSTD_getFrameContentSize(section.data.data(), section.data.size());
    if (stored == ZSTD_CONTENTSIZE_ERROR) return Error{"its data is not a zstd frame"};
    if (stored != ZSTD_CONTENTSIZE_UNKNOWN && stored > section.size) {
      return Error{fmt::format("its zstd frame holds {} bytes, its compression header says {}", stored, section.size)};
    }
  }
  return section;
}

uInt limit_to_uint(uint64_t size) {
  return static_cast<uInt>(std::min<uint64_t>(size, std::numeric_limits<uInt>::max()));
}

// Owns the decoder's state, and feeds it pieces that fit zlib's 32-bit counts.
class Inflater {
 public:
  Inflater(Bytes input, MutableBytes output) : input_(input), output_(output) {
    is_ready_ = inflateInit(&stream_) == Z_OK;
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (is_ready_) inflateEnd(&stream_);
  }

  // Older linkers concatenated the streams of their inputs, so another one may follow. Stops when the output is full:
  // the rest of the last stream is its checksum.
  std::optional<Error> run() {
    if (!is_ready_) return Error{"zlib has no memory"};
    while (true) {
      const int status = inflate_piece();
      if (status == Z_STREAM_END && output_.empty()) return std::nullopt;
      if (status == Z_STREAM_END && !input_.empty() && inflateReset(&stream_) == Z_OK) continue;
      if (status == Z_STREAM_END) return Error{fmt::format("its zlib data ends {} bytes early", output_.size())};
      if (status != Z_OK) return fail(status);
    }
  }

 private:
  // zlib makes no progress, and says so, once input or output are used up.
  int inflate_piece() {
    uint8_t nothing = 0;  // zlib wants a place even for no bytes
    const uInt input_size = limit_to_uint(input_.size());
    const uInt output_size = limit_to_uint(output_.size());
    stream_.next_in = const_cast<Bytef*>(input_.data());
    stream_.avail_in = input_size;
    stream_.next_out = output_.empty() ? &nothing : output_.data();
    stream_.avail_out = output_size;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    input_ = input_.subspan(input_size - stream_.avail_in);
    output_ = output_.subspan(output_size - stream_.avail_out);
    return status;
  }

  Error fail(int status) const {
    if (status == Z_BUF_ERROR && input_.empty()) return Error{"its zlib data is cut off"};
    if (status == Z_BUF_ERROR) return Error{"its zlib data holds more than its compression header says"};
    return Error{fmt::format("its zlib data is damaged ({})", stream_.msg ? stream_.msg : zError(status))};
  }

  z_stream stream_ = {};
  Bytes input_;
  MutableBytes output_;
  bool is_ready_ = false;
};

std::optional<Error> decompress_zstd(Bytes input, MutableBytes output) {
  const size_t size = ZSTD_decompress(output.data(), output.size(), input.data(), input.size());
  if (ZSTD_isError(size)) return Error{fmt::format("its zstd data is damaged ({})", ZSTD_getErrorName(size))};
  if (size != output.size()) return Error{fmt::format("its zstd data ends {} bytes early", output.size() - size)};
  return std::nullopt;
}

}  // namespace

Result<CompressedSection> read_compressed_section(Bytes contents, bool is_64_bit) {
  const auto header = read_chdr(contents, is_64_bit);
  if (!header) return Error{"it is too small for a compression header"};
  if (header->type != kElfCompressZlib && header->type != kElfCompressZstd) {
    return Error{fmt::format("it has compression type {}; xld knows zlib (1) and zstd (2)", header->type)};
  }
  if (header->alignment != 0 && !is_power_of_two(header->alignment)) {
    return Error{fmt::format("its compression header has the alignment {}, not a power of two", header->alignment)};
  }
  const auto compression = header->type == kElfCompressZlib ? CompressionKind::Zlib : CompressionKind::Zstd;
  const uint64_t alignment = std::max<uint64_t>(header->alignment, 1);
  return check_size({compression, header->size, alignment, contents.subspan(header->header_size)});
}

Result<CompressedSection> read_zdebug_section(Bytes contents) {
  if (contents.size() < kZdebugHeaderSize || !as_text(contents).starts_with("ZLIB")) {
    return Error{"it does not start with \"ZLIB\" and a size, as a .zdebug section does"};
  }
  const auto size = load_big<uint64_t>(contents.data() + 4);
  return check_size({CompressionKind::Zlib, size, 1, contents.subspan(kZdebugHeaderSize)});
}

std::optional<Error> decompress(const CompressedSection& section, MutableBytes output) {
  if (section.compression == CompressionKind::Zstd) return decompress_zstd(section.data, output);
  return Inflater(section.data, output).run();
}

}  // namespace xld::elf
