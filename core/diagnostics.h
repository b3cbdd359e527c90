// Messages of one link: collected from all threads, printed in an order that does not depend on them.
//
// Ownership: the caller of link() owns the Diagnostics and reads it afterwards. Threads: add() may be called from any
// thread; the readers only when no pass is running. A message is keyed by (file, offset), so that the same input gives
// the same text at any thread count.
//
// Memory is bounded: of each kind the messages that come first in the final order are kept and the others counted, so a
// link with a million errors shows the same first twenty whichever thread was faster.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "core/ids.h"

namespace xld {

enum class Severity : uint8_t { Note, Warning, Error };

struct Message {
  Severity severity = Severity::Error;
  FileId file;          // none: before all files
  uint64_t offset = 0;  // inside the file; orders messages of one file
  std::string text;     // may have several lines; complete, with file names
};

class Diagnostics {
 public:
  // Warnings and notes kept unless the error limit is 0.
  static constexpr size_t kOtherLimit = 1000;

  // At most `error_limit` errors are kept (0: all); the rest is counted.
  explicit Diagnostics(size_t error_limit = 20) : error_limit_(error_limit) {}

  void add(Message message);
  void error(std::string text, FileId file = {}, uint64_t offset = 0);
  void warn(std::string text, FileId file = {}, uint64_t offset = 0);
  void note(std::string text, FileId file = {}, uint64_t offset = 0);

  // Adds all messages and settings of another, which is left empty. No pass may be running.
  void take(Diagnostics& other);

  // False, and the error is counted, if one at this place would not be kept: its text need not be made.
  bool takes_error(FileId file, uint64_t offset);

  // Set before the link starts.
  void set_error_limit(size_t limit) { error_limit_ = limit; }
  void set_warnings_are_errors(bool on) { warnings_are_errors_ = on; }
  void set_warnings_suppressed(bool on) { warnings_suppressed_ = on; }

  // True once an error was added. Passes ask it at their end, not in their loops.
  bool failed() const { return error_count_.load(std::memory_order_relaxed) != 0; }

  // All messages in their final order, with last lines about those that were only counted.
  std::vector<Message> sorted() const;

 private:
  // Messages of one severity: a heap with the last one on top, which makes room for an earlier one.
  struct Kept {
    std::vector<Message> heap;
    size_t count = 0;  // of all that were added
  };

  size_t limit_of(Severity severity) const;
  void insert(Message message);  // with the lock held
  Kept& kept(Severity severity) { return kept_[static_cast<size_t>(severity)]; }
  const Kept& kept(Severity severity) const { return kept_[static_cast<size_t>(severity)]; }

  mutable std::mutex mutex_;
  std::array<Kept, 3> kept_;  // by Severity
  std::atomic<size_t> error_count_{0};
  size_t error_limit_;
  bool warnings_are_errors_ = false;
  bool warnings_suppressed_ = false;
};

}  // namespace xld
