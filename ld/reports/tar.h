// TarWriter: a tar archive in memory: headers of its own, contents where they are.
//
// The format is POSIX ustar with pax records for what does not fit into it (IEEE 1003.1, "pax", "ustar Interchange
// Format"). Owner, time and mode are fixed: the same files give the same bytes.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace xld {

class TarWriter {
 public:
  // `contents` must stay valid as long as the pieces are used.
  void add(std::string_view path, Bytes contents);
  // The archive's bytes in order; valid as long as the writer.
  std::span<const Bytes> finish();

 private:
  void add_header(std::string_view path, uint64_t size, char type);
  void add_contents(Bytes contents);
  Bytes keep(std::string text);

  std::deque<std::string> texts_;
  std::vector<Bytes> pieces_;
};

}  // namespace xld
