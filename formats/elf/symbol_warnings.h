// What the author of a symbol has to say to those who use it: sections called .gnu.warning.SYMBOL hold a text that is
// printed when an object refers to SYMBOL. Objects and shared libraries have them; glibc's gets() is the best known.
#pragma once

#include <mutex>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "formats/format.h"

namespace xld::elf {

inline constexpr std::string_view kWarningPrefix = ".gnu.warning.";

struct SymbolWarning {
  FileId file;  // that says so
  std::string_view symbol;
  std::string_view text;
};

// Warnings of objects, noted while atoms are made. Any thread may add.
class SymbolWarnings {
 public:
  void add(const SymbolWarning& warning) {
    const std::lock_guard lock(mutex_);
    list_.push_back(warning);
  }
  const std::vector<SymbolWarning>& list() const { return list_; }

 private:
  std::mutex mutex_;
  std::vector<SymbolWarning> list_;
};

// The text of a warning's section: without zeros and newlines at its end.
std::string_view warning_text(Bytes contents);

// When it is known who defines what.
void report_symbol_warnings(const Link& link);

}  // namespace xld::elf
