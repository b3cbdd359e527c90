// JobServer: a client of the job server of GNU make, from which a link borrows the right to run further threads.
//
// make and ninja run a fixed number of jobs over all their children: whoever wants to run more than the one job that it
// is, takes a byte out of a pipe for each, and puts it back. The pipe is named in MAKEFLAGS, by two file descriptors
// (--jobserver-auth=R,W; --jobserver-fds=R,W before make 4.2) or as a file (--jobserver-auth=fifo:PATH, make 4.4, ninja
// 1.13). GNU make manual, "Sharing Job Slots with GNU make".
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/parallel.h"

namespace xld {

class JobServer : public ThreadLender {
 public:
  // The server that the value of MAKEFLAGS names; nothing if there is none, or none that lends to us: make closes the
  // pipe for commands that it does not take for a make.
  static std::unique_ptr<JobServer> find(std::string_view make_flags);

  ~JobServer() override;
  JobServer(const JobServer&) = delete;
  JobServer& operator=(const JobServer&) = delete;

  bool borrow() override;  // never waits
  void give_back() override;

  // What a signal handler calls before the process ends; an ending program does, too.
  void give_back_all() noexcept;

 private:
  JobServer(int reader, int writer) : reader_(reader), writer_(writer) {}
  static std::unique_ptr<JobServer> open_pipe(std::string_view descriptors);
  static std::unique_ptr<JobServer> open_fifo(std::string_view path);

  static constexpr uint32_t kMaxTokens = 1024;

  const int reader_;  // our own, which does not block; the file description make has given us blocks others, too
  const int writer_;
  char tokens_[kMaxTokens] = {};  // bytes may differ, and are put back as they were taken
  std::atomic<uint32_t> token_count_{0};
};

}  // namespace xld
