// What --tls-report lists: every thread-local access and every access to a runtime slot that was found in code, with
// its bytes before and after. Noted by the threads that write the output, put in order afterwards.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/reloc.h"

namespace xld {

struct TlsAccess {
  static constexpr size_t kMostBytes = 24;

  FileId file;
  AtomId atom;
  uint32_t offset = 0;  // of the first byte in the atom
  uint8_t size = 0;
  Reloc reloc;                   // what names the variable or slot; Want::None: a raw access, which has no name
  std::string_view kind = {};    // constants: "general-dynamic", "slot access" ...
  std::string_view result = {};  // ... and what became of it; empty: it was left as it is
  std::array<uint8_t, kMostBytes> before = {}, after = {};

  static TlsAccess make(FileId file, AtomId atom, const Reloc& reloc, std::string_view kind, std::string_view result,
                        uint64_t offset, Bytes before, Bytes after) {
    TlsAccess access;
    access.file = file;
    access.atom = atom;
    access.offset = static_cast<uint32_t>(offset);
    access.size = static_cast<uint8_t>(std::min(before.size(), kMostBytes));
    access.reloc = reloc;
    access.kind = kind;
    access.result = result;
    std::copy_n(before.begin(), access.size, access.before.begin());
    std::copy_n(after.begin(), access.size, access.after.begin());
    return access;
  }
};

class AccessLog {
 public:
  // Any thread.
  void add(const TlsAccess& access) {
    const std::lock_guard lock(mutex_);
    accesses_.push_back(access);
  }

  // By file, atom, offset; nothing is added any more.
  std::vector<TlsAccess> sorted() const {
    std::vector<TlsAccess> all = accesses_;
    std::ranges::sort(all, {}, [](const TlsAccess& a) { return std::tuple(a.file, a.atom, a.offset, a.reloc.offset); });
    return all;
  }

 private:
  std::mutex mutex_;
  std::vector<TlsAccess> accesses_;
};

}  // namespace xld
