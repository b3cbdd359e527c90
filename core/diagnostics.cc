// Collecting and ordering messages. See diagnostics.h.
#include "core/diagnostics.h"

#include <fmt/core.h>

#include <algorithm>

namespace xld {

void Diagnostics::add(Message message) {
  if (message.severity == Severity::Warning) {
    if (warnings_are_errors_) {
      message.severity = Severity::Error;
    } else if (warnings_suppressed_) {
      return;
    }
  }
  if (message.severity == Severity::Error) error_count_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  messages_.push_back(std::move(message));
}

void Diagnostics::error(std::string text, FileId file, uint64_t offset) {
  add({Severity::Error, file, offset, std::move(text)});
}

void Diagnostics::warn(std::string text, FileId file, uint64_t offset) {
  add({Severity::Warning, file, offset, std::move(text)});
}

void Diagnostics::note(std::string text, FileId file, uint64_t offset) {
  add({Severity::Note, file, offset, std::move(text)});
}

void Diagnostics::take(Diagnostics& other) {
  error_limit_ = other.error_limit_;
  for (Message& message : other.messages_) {
    if (message.severity == Severity::Error) error_count_.fetch_add(1, std::memory_order_relaxed);
    messages_.push_back(std::move(message));
  }
  other.messages_.clear();
}

std::vector<Message> Diagnostics::sorted() const {
  std::vector<Message> result;
  {
    const std::lock_guard lock(mutex_);
    result = messages_;
  }
  // kNone + 1 wraps to 0: messages about no file come first.
  const auto key = [](const Message& m) { return std::tuple(m.file.value + 1, m.offset, std::string_view(m.text)); };
  std::stable_sort(result.begin(), result.end(),
                   [&](const Message& a, const Message& b) { return key(a) < key(b); });
  if (error_limit_ == 0) return result;

  size_t errors = 0;
  std::erase_if(result, [&](const Message& m) { return m.severity == Severity::Error && ++errors > error_limit_; });
  if (errors > error_limit_) {
    result.push_back({Severity::Note, {}, 0,
                      fmt::format("too many errors: {} more not shown (use --error-limit=0 to see all)",
                                  errors - error_limit_)});
  }
  return result;
}

}  // namespace xld
