// Collecting and ordering messages. See diagnostics.h.
#include "core/diagnostics.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <tuple>
#include <utility>

namespace xld {

namespace {

bool is_before(const Message& a, const Message& b) {
  // kNone + 1 wraps to 0: messages about no file come first.
  const auto key = [](const Message& m) { return std::tuple(m.file.value + 1, m.offset, std::string_view(m.text)); };
  return key(a) < key(b);
}

}  // namespace

size_t Diagnostics::limit_of(Severity severity) const {
  if (error_limit_ == 0) return SIZE_MAX;
  return severity == Severity::Error ? error_limit_ : kOtherLimit;
}

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
  insert(std::move(message));
}

void Diagnostics::insert(Message message) {
  auto& [heap, count] = kept(message.severity);
  count++;
  if (heap.size() >= limit_of(message.severity)) {
    if (!is_before(message, heap.front())) return;
    std::pop_heap(heap.begin(), heap.end(), is_before);
    heap.pop_back();
  }
  heap.push_back(std::move(message));
  std::push_heap(heap.begin(), heap.end(), is_before);
}

bool Diagnostics::takes_error(FileId file, uint64_t offset) {
  const std::lock_guard lock(mutex_);
  auto& [heap, count] = kept(Severity::Error);
  if (heap.size() < limit_of(Severity::Error)) return true;
  const auto place = [](const Message& m) { return std::tuple(m.file.value + 1, m.offset); };
  if (std::tuple(file.value + 1, offset) <= place(heap.front())) return true;
  count++;
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
  error_limit_ = other.error_limit_;
  for (Kept& taken : other.kept_) {
    if (!taken.heap.empty()) kept(taken.heap.front().severity).count += taken.count - taken.heap.size();
    for (Message& message : taken.heap) insert(std::move(message));
    taken = {};
  }
  error_count_ += other.error_count_.exchange(0);
}

namespace {

// The words that people search for are LLVM's.
std::string summary_of(Severity severity, std::string_view name, size_t hidden) {
  if (severity != Severity::Error)
    return fmt::format("too many {}: {} more not shown (use --error-limit=0 to see all)", name, hidden);
  return fmt::format("too many errors emitted, stopping now (use --error-limit=0 to see all errors); {} more", hidden);
}

}  // namespace

std::vector<Message> Diagnostics::sorted() const {
  static constexpr std::pair<Severity, std::string_view> kNames[] = {
      {Severity::Error, "errors"}, {Severity::Warning, "warnings"}, {Severity::Note, "notes"}};
  const std::lock_guard lock(mutex_);
  std::vector<Message> result, summaries;
  for (const auto& [severity, name] : kNames) {
    std::vector<Message> messages = kept(severity).heap;
    std::sort(messages.begin(), messages.end(), is_before);
    messages.resize(std::min(messages.size(), limit_of(severity)));  // the limit may have been lowered
    if (const size_t hidden = kept(severity).count - messages.size(); hidden != 0)
      summaries.push_back({Severity::Note, {}, 0, summary_of(severity, name, hidden)});
    std::move(messages.begin(), messages.end(), std::back_inserter(result));
  }
  std::stable_sort(result.begin(), result.end(), is_before);
  std::move(summaries.begin(), summaries.end(), std::back_inserter(result));
  return result;
}

}  // namespace xld
