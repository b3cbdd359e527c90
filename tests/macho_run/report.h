// Messages of the loader. It is a test program: what is wrong with an image ends the run at once, with status 125, so
// that no test takes a damaged image for a program that returned something.
#pragma once

namespace macho_run {

inline constexpr int kLoaderFailed = 125;

[[noreturn]] [[gnu::format(printf, 1, 2)]] void fail(const char* format, ...);

// Printed with --trace only.
[[gnu::format(printf, 1, 2)]] void trace(const char* format, ...);
void enable_trace();

}  // namespace macho_run
