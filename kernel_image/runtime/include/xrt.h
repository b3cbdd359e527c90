/* The bare-metal runtime's interface, for C and C++.
 *
 * A program is `int main(void)`, linked with libxrt.a into a kernel. The runtime starts it with memory, threads, a
 * clock and a console, alone on the machine and in ring 0. Conventions: lengths are bytes, times nanoseconds, addresses
 * virtual unless called physical. Functions that return int, long or a pointer answer a negative Linux error number
 * (-ENOMEM is -12) when they fail; a pointer has failed if xrt_failed() says so. Unless it says otherwise a function
 * may be called from any thread, with interrupts on or off.
 */
#ifndef XRT_H
#define XRT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define XRT_NORETURN [[noreturn]]
extern "C" {
#else
#define XRT_NORETURN _Noreturn
#endif

/* ---- error numbers, those of Linux on x86 ------------------------------------------------------------------------ */

#define XRT_ESRCH 3
#define XRT_EAGAIN 11
#define XRT_ENOMEM 12
#define XRT_EFAULT 14
#define XRT_EBUSY 16
#define XRT_EEXIST 17
#define XRT_EINVAL 22
#define XRT_EBADF 9
#define XRT_EDEADLK 35
#define XRT_ENOSYS 38
#define XRT_ETIMEDOUT 110

/* Whether a pointer that was returned is an error number (the last 4095 addresses are never valid). */
static inline int xrt_failed(const void* pointer) {
  return (uintptr_t)pointer >= (uintptr_t)-4095;
}

/* ---- the end ------------------------------------------------------------------------------------------------------
 *
 * The machine is switched off by the first of these that it has: the debug-exit device of QEMU at port 0x501, ACPI,
 * or else the CPU halts. QEMU's exit status is 2 * value + 1 of the value written to the device:
 */
#define XRT_EXIT_SUCCESS 0x10       /* status 33: main returned 0, or xrt_exit(0) */
#define XRT_EXIT_FAILURE 0x40       /* status 129 to 255: | (code & 0x3f), any other code */
#define XRT_EXIT_FAULT 0x21         /* status 67: an exception nobody handles */
#define XRT_EXIT_PANIC 0x22         /* status 69: xrt_panic(), or the runtime found itself broken */
#define XRT_EXIT_OUT_OF_MEMORY 0x23 /* status 71: memory ran out where nobody can be told */
#define XRT_EXIT_NO_LONG_MODE 0x24  /* status 73: not a 64-bit CPU */
#define XRT_EXIT_DEADLOCK 0x25      /* status 75: all threads wait, and nothing can wake one */

/* Runs what atexit() and destructors registered, and ends the program. */
XRT_NORETURN void xrt_exit(int code);

/* Ends at once: `value` goes to the debug-exit device as it is. */
XRT_NORETURN void xrt_power_off(int value);

/* Prints the text and a backtrace, and ends with XRT_EXIT_PANIC. */
XRT_NORETURN void xrt_panic(const char* text);

/* ---- console ------------------------------------------------------------------------------------------------------
 *
 * The first serial port (115200 8N1), and the text screen if there is one.
 */

/* Writes to descriptor 1 or 2, which are the same. Returns `size`, or -EBADF. */
long xrt_write(int descriptor, const void* bytes, size_t size);

/* Formatted output: %s %c %d %i %u %x %p %%, with l, ll or z, a width, and 0 for zeros before the number. */
int xrt_printf(const char* format, ...) __attribute__((format(printf, 1, 2)));

/* ---- the machine --------------------------------------------------------------------------------------------------
 */

/* What the loader was told: "" if nothing. At most 1023 bytes of it. */
const char* xrt_command_line(void);

/* Bytes of memory that the machine's memory map calls usable and the image does not occupy, and how many of them are
 * free now. */
uint64_t xrt_memory_total(void);
uint64_t xrt_memory_free(void);

/* ---- traps --------------------------------------------------------------------------------------------------------
 */

/* The registers of whatever was interrupted, in the order they are pushed. A handler may change them. */
struct xrt_frame {
  uint64_t fs_base;
  uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rsi, rdi, rdx, rcx, rbx, rax;
  uint64_t vector;
  uint64_t error; /* the CPU's error code, or 0 */
  uint64_t rip, cs, rflags, rsp, ss;
};

/* Vectors the runtime uses itself. Those up to 31 are the CPU's exceptions; 48 to 63 are the two 8259s, masked. */
#define XRT_VECTORS 64
#define XRT_VECTOR_TIMER 32
#define XRT_VECTOR_SWITCH 33
#define XRT_VECTOR_SPURIOUS 47
#define XRT_VECTOR_PIC 48

/* Called with interrupts off, on a stack of its own of at least 2 KiB. Returning resumes what was interrupted. */
typedef void xrt_trap_handler(struct xrt_frame* frame);

/* Sets the handler of a vector, null for none; an exception without one is reported and ends the program. Returns 0, or
 * -EINVAL for a vector that there is not or that the runtime needs. */
int xrt_set_trap_handler(unsigned vector, xrt_trap_handler* handler);

#ifdef __cplusplus
}
#endif
#endif
