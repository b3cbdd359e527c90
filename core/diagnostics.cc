// Collecting and ordering messages. See diagnostics.h.
#include "core/diagnostics.h"

#include <algorithm>
#include <fmt/core.h>
#include <string_view>
#include <tuple>

namespace xld {

namespace {

// kNone + 1 wraps to 0.
auto place_of(const Message& m) {
  return std::tuple(m.file.value + 1, m.offset);
}

}  // namespace

bool Message::operator<(const Message& other) const {
  const auto key = [](const Message& m) { return std::tuple(place_of(m), std::string_view(m.text)); };
  return key(*this) < key(other);
}

void Diagnostics::add(Message message) {
  if (message.severity == Severity::Warning) {
    if (warnings_are_errors_) {
      message.severity = Severity::Error;
    } else if (warnings_suppressed_) {
      return;
    }
  }
  const std::lock_guard lock(mutex_);
  if (message.severity == Severity::Error) return keep_error(std::move(message));
  messages_.push_back(std::move(message));
}

// Which errors are kept does not depend on the order in which they arrive: the least ones.
void Diagnostics::keep_error(Message message) {
  error_count_.fetch_add(1, std::memory_order_relaxed);
  errors_.push_back(std::move(message));
  if (error_limit_ == 0) return;
  std::push_heap(errors_.begin(), errors_.end());
  if (errors_.size() <= error_limit_) return;
  std::pop_heap(errors_.begin(), errors_.end());
  errors_.pop_back();
}

bool Diagnostics::takes_error(FileId file, uint64_t offset) {
  const std::lock_guard lock(mutex_);
  if (error_limit_ == 0 || errors_.size() < error_limit_) return true;
  const Message here{Severity::Error, file, offset, {}};
  if (place_of(here) <= place_of(errors_.front())) return true;
  error_count_.fetch_add(1, std::memory_order_relaxed);
  return false;
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
  const std::lock_guard lock(mutex_);
  error_limit_ = other.error_limit_;
  for (Message& message : other.messages_) messages_.push_back(std::move(message));
  const size_t hidden = other.error_count_ - other.errors_.size();
  for (Message& message : other.errors_) keep_error(std::move(message));
  error_count_ += hidden;
  other.messages_.clear();
  other.errors_.clear();
  other.error_count_ = 0;
}

std::vector<Message> Diagnostics::sorted() const {
  const std::lock_guard lock(mutex_);
  std::vector<Message> result = messages_;
  result.insert(result.end(), errors_.begin(), errors_.end());
  std::stable_sort(result.begin(), result.end());
  if (const size_t hidden = error_count_ - errors_.size(); hidden != 0)
    result.push_back({Severity::Note,
                      {},
                      0,
                      fmt::format("too many errors: {} more not shown (use --error-limit=0 to see all)", hidden)});
  return result;
}

}  // namespace xld
