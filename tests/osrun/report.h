// How the runner gives up: one line on standard error, and a status that no program under it returns by accident.
#pragma once

namespace osrun {

constexpr int kRefusedStatus = 126;      // the kernel of the program's system would not have started it
constexpr int kUnsupportedStatus = 125;  // the program did what the runner cannot do

[[noreturn]] [[gnu::format(printf, 2, 3)]] void stop(int status, const char* format, ...);

// --trace: one line a system call.
[[gnu::format(printf, 1, 2)]] void trace(const char* format, ...);
void enable_trace();

}  // namespace osrun
