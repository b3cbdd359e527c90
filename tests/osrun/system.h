// One table a system: the numbers of its system calls and what they do here, its error numbers, and the layouts its
// kernel shares with programs (thread start, signal frames). All that differs between the four systems is in these
// tables, in system_*.cc; what a call does is in calls.cc, sleep.cc, threads.cc and signals.cc.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <sys/user.h>

namespace osrun {

struct Machine;
struct Thread;
using Registers = user_regs_struct;

// The arguments of a call: six in registers, then from the stack above the return address.
struct Arguments {
  uint64_t value[8] = {};
  uint64_t operator[](int index) const { return value[index]; }
};

// What becomes of a call.
struct Answer {
  enum class Kind {
    Done,       // `value` is the result
    Failed,     // `value` is the system's error number
    Forwarded,  // Linux runs call `number`; `finish`, if any, sees its result
    Restored,   // the registers have been set: nothing is returned
  };
  Kind kind = Kind::Done;
  uint64_t value = 0;
  uint64_t number = 0;
  uint64_t arguments[6] = {};
  Answer (*finish)(Machine&, Thread&, int64_t) = nullptr;
};

using Handler = Answer (*)(Machine&, Thread&, const Arguments&);

struct CallRow {
  uint16_t number = 0;
  const char* name = "";
  Handler handle = nullptr;
  bool is_never_restarted = false;  // EINTR after a signal, whatever SA_RESTART says
};

// An error number of Linux that the system counts differently.
struct ErrorRow {
  uint8_t linux_number = 0, own_number = 0;
};

// A clock of the system and the one of Linux that stands for it.
struct ClockRow {
  uint32_t own_number = 0;
  int linux_number = 0;
};

// A flag of mmap and what it is for Linux.
struct MapFlagRow {
  uint32_t own_flag = 0, linux_flag = 0;
};

// An operation of sysarch: one that sets or gets the base of FS or GS.
struct BaseRow {
  uint32_t operation = 0;
  unsigned long long Registers::* base = nullptr;  // on the 386, that of GS alone
  bool sets = false;
};

// Where a context structure keeps a register.
struct RegisterPlace {
  unsigned long long Registers::* field = nullptr;
  uint16_t offset = 0;
};

// The structures a signal handler gets, and how it is entered and left.
struct SignalLayout {
  enum class Entry {
    HandlerInFrame,     // FreeBSD, DragonFly: the kernel's code calls the first word of the frame
    HandlerInRax,       // OpenBSD: the kernel's code calls RAX
    HandlerWithReturn,  // NetBSD: the handler is entered; it returns to the trampoline that sigaction was given
  };
  Entry entry = Entry::HandlerInFrame;
  uint16_t return_call = 0;  // number of sigreturn, which the kernel's code calls
  uint16_t frame_size = 0;
  uint16_t information = 0;  // offsets in the frame: siginfo,
  uint16_t context = 0;      // ucontext or sigcontext
  uint16_t context_size = 0;
  uint16_t information_address = 0;     // offsets in siginfo: si_addr,
  uint16_t information_code = 0;        // si_code
  uint16_t mask = 0, mask_size = 0;     // offsets in the context: the signal mask,
  uint16_t floating_point = 0;          // the fxsave area,
  int16_t floating_point_pointer = -1;  // a pointer to it, if there is one
  std::span<const RegisterPlace> registers;
  int16_t flags = -1;  // uc_flags, if the kernel sets them
  uint32_t flags_value = 0;
  // struct sigaction
  uint16_t action_mask = 0, action_flags = 0, action_size = 0;
};

constexpr uint8_t kEPERM = 1, kESRCH = 3, kEINTR = 4, kENOMEM = 12, kEFAULT = 14, kEBUSY = 16, kEINVAL = 22,
                  kEAGAIN = 35, kEALREADY = 37, kEOPNOTSUPP = 45, kETIMEDOUT = 60;

enum class WriteExecute { Allowed, Refused, Dropped };  // memory that is writable and executable

struct System {
  std::string_view name;           // of the target: "freebsd" …
  std::string_view title;          // "FreeBSD"
  uint8_t word_size = 8;           // 4: the kernel for the 386
  uint8_t os_abi = 0;              // EI_OSABI that identifies programs by itself; 0: there is none
  std::string_view note_name;      // name of the identification note, with its terminator
  uint64_t random_limit = 0;       // bytes of PT_OPENBSD_RANDOMIZE that the kernel fills; 0: it knows no such segments
  bool pie_wants_headers = false;  // no PIE is started without PT_PHDR
  bool starts_with_argument = false;  // RDI points at the argument block and RSP is moved below it
  bool starts_with_strings = false;   // RBX points at ps_strings
  bool clears_scratch = false;        // R8, R9 and R10 are zero after a call
  uint32_t first_thread = 1;
  WriteExecute write_execute = WriteExecute::Allowed;
  uint8_t not_supported = 45;  // ENOTSUP
  std::span<const CallRow> calls;
  std::span<const ErrorRow> errors;  // beyond those all four have in common
  std::span<const MapFlagRow> map_flags;
  bool anonymous_wants_no_file = false;  // mmap: descriptor -1 or EINVAL
  std::span<const BaseRow> bases;
  uint8_t unknown_base = kEINVAL;  // sysarch's error for anything else
  std::span<const ClockRow> clocks;
  SignalLayout signals;
};

extern const System kFreeBsd, kNetBsd, kOpenBsd, kOpenBsd50, kDragonFly, kFreeBsd386, kNetBsd386, kOpenBsd386;

}  // namespace osrun
