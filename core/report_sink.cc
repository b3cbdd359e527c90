// Reports as files. See report_sink.h.
#include "core/report_sink.h"

#include "core/image.h"

namespace xld {

std::optional<Error> ReportSink::write_text(const std::string& name, std::string_view text) {
  const Bytes piece = as_bytes(text);
  return write(name, std::span(&piece, 1));
}

std::optional<Error> DiskReportSink::write(const std::string& name, std::span<const Bytes> pieces) {
  constexpr uint32_t kMode = 0666;
  if (name == "-") return Error{"there is no standard output; name a file"};
  uint64_t size = 0;
  for (const Bytes& piece : pieces) size += piece.size();
  auto file = Image::create(name, size, kMode);
  if (!file) return file.error();
  uint64_t offset = 0;
  for (const Bytes& piece : pieces) {
    file->write(offset, piece);
    offset += piece.size();
  }
  return file->commit();
}

}  // namespace xld
