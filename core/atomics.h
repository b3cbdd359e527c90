// The least and the greatest of what several threads say, whatever the order in which they come.
#pragma once

#include <atomic>

namespace xld {

// `word` is a std::atomic or a std::atomic_ref.
template <class Atomic, class T>
void lower_to(Atomic& word, T value) {
  T current = word.load(std::memory_order_relaxed);
  while (value < current && !word.compare_exchange_weak(current, value, std::memory_order_relaxed)) {
  }
}

template <class Atomic, class T>
void raise_to(Atomic& word, T value) {
  T current = word.load(std::memory_order_relaxed);
  while (value > current && !word.compare_exchange_weak(current, value, std::memory_order_relaxed)) {
  }
}

}  // namespace xld
