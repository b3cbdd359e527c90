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

#define XRT_EAGAIN 11
#define XRT_ENOMEM 12
#define XRT_EBUSY 16
#define XRT_EEXIST 17
#define XRT_EINVAL 22
#define XRT_EBADF 9
#define XRT_EDEADLK 35
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

/* Runs what atexit() and destructors registered, and ends the program. A thread that calls it while another is at it
 * waits for the end. Also under the name exit. */
XRT_NORETURN void xrt_exit(int code);

/* Ends at once: `value` goes to the debug-exit device as it is. */
XRT_NORETURN void xrt_power_off(int value);

/* Prints the text and a backtrace, and ends with XRT_EXIT_PANIC. */
XRT_NORETURN void xrt_panic(const char* text);

/* ---- console ------------------------------------------------------------------------------------------------------
 *
 * The first serial port (115200 8N1), and the text screen if there is one.
 */

/* Writes to descriptor 1 or 2, which are the same. Returns `size`, or -EBADF. What several threads write at once is
 * mixed. */
long xrt_write(int descriptor, const void* bytes, size_t size);

/* Formatted output: %s %c %d %i %u %x %p %%, with l, ll or z, a width, and 0 for zeros before the number. */
int xrt_printf(const char* format, ...) __attribute__((format(printf, 1, 2)));

/* ---- the machine --------------------------------------------------------------------------------------------------
 */

/* What the loader was told: "" if nothing. At most 1023 bytes of it. */
const char* xrt_command_line(void);

/* A file that the loader put into memory beside the kernel (QEMU: -initrd), mapped anew at each call; null if there are
 * fewer. */
const void* xrt_module(unsigned index, size_t* size);

/* Bytes of memory that the machine's memory map calls usable and the image does not occupy, and how many of them are
 * free now. */
uint64_t xrt_memory_total(void);
uint64_t xrt_memory_free(void);

/* ---- virtual memory -------------------------------------------------------------------------------------------------
 *
 * Addresses and sizes are rounded to pages of 4096 bytes. Memory is zeros when first touched and takes none of the
 * machine's before. What has been mapped accessible does not run out (unless NORESERVE): if it might, mapping it fails.
 */
#define XRT_PROT_NONE 0 /* a reservation: costs next to nothing, however large */
#define XRT_PROT_READ 1
#define XRT_PROT_WRITE 2
#define XRT_PROT_EXEC 4

#define XRT_MAP_PRIVATE 0x2      /* accepted: all memory is */
#define XRT_MAP_FIXED 0x10       /* at this address, and what was there is unmapped */
#define XRT_MAP_ANONYMOUS 0x20   /* accepted: all memory is */
#define XRT_MAP_NORESERVE 0x4000 /* a touch when there is no memory ends the program */
#define XRT_MAP_POPULATE 0x8000  /* touched at once */
#define XRT_MAP_FIXED_NOREPLACE 0x100000

/* Maps zeros at `address` if that is free, else anywhere (fixed: only there). -EINVAL for a size of 0, unknown flags,
 * or addresses that are not the program's (the first page, the image, 33 TiB and above); -EEXIST, -ENOMEM. */
void* xrt_mmap(void* address, size_t size, int protection, int flags);

/* Unmaps all there is in the range, and gives the memory back. -EINVAL as above; -ENOMEM if a part of a reservation is
 * unmapped and there is no memory for the tables that the rest of it then needs. */
int xrt_munmap(void* address, size_t size);

/* -EINVAL as above, but the image's own pages may be changed; -ENOMEM if some of it is not mapped. */
int xrt_mprotect(void* address, size_t size, int protection);

/* Maps a device's registers or other physical memory, uncached and writable. Undone by xrt_munmap. */
void* xrt_map_physical(uint64_t physical, size_t size);

/* The physical address behind an address, or 0 if there is nothing. */
uint64_t xrt_physical_address(const void* address);

/* The page-table entry of an address in the CPU's format, its tables made if `create` is not 0: for programs that do
 * their own paging. Null if there is none. After a change to a present entry the program has to invalidate it. */
uint64_t* xrt_page_entry(const void* address, int create);

/* A zeroed page of physical memory, or 0 if there is none; and its return. */
uint64_t xrt_page_allocate(void);
void xrt_page_free(uint64_t physical);

/* Small memory, 16-aligned, in C's manner; null without memory. Also under these names: malloc, calloc, realloc, free.
 */
void* xrt_allocate(size_t size);
void xrt_free(void* memory);

/* ---- time ----------------------------------------------------------------------------------------------------------
 */

#define XRT_FOREVER UINT64_MAX

/* Time since the start of the clock. Never goes back. */
uint64_t xrt_nanotime(void);

/* Lets at least so much time pass; other threads run meanwhile. */
void xrt_sleep(uint64_t duration);

/* ---- threads -------------------------------------------------------------------------------------------------------
 *
 * Threads are preempted, share everything but their thread_local variables, and are limited by memory only. Functions
 * that wait must not be called from trap handlers.
 */
typedef struct xrt_thread xrt_thread;

/* Starts function(argument) as a thread. A stack size of 0 means 256 KiB, which is memory only where it is touched.
 * Returns 0 or -ENOMEM. Each thread must be joined or detached once. */
int xrt_thread_create(xrt_thread** thread, int (*function)(void*), void* argument, size_t stack_size);

/* Waits for the end of a thread and frees it; `result`, unless null, gets what it returned. -EDEADLK for the caller
 * itself, -EINVAL for a thread that is detached or that somebody else joins. */
int xrt_thread_join(xrt_thread* thread, int* result);

/* The thread will be freed when it ends. -EINVAL as above. */
int xrt_thread_detach(xrt_thread* thread);

/* Ends the calling thread; destructors of its thread_local variables run. The end of the last thread is xrt_exit(0). */
XRT_NORETURN void xrt_thread_exit(int result);

/* Lets the threads that are ready run first. */
void xrt_thread_yield(void);

xrt_thread* xrt_thread_self(void);

/* Number of the calling thread: main is 1, and numbers are not used again. */
uint32_t xrt_thread_id(void);

/* Threads as Linux makes them, for programs that bring their own stacks and thread-local storage. `flags` must have
 * those of a thread (VM, FS, FILES, SIGHAND, THREAD) and may have SYSVSEM, SETTLS, PARENT_SETTID, CHILD_SETTID and
 * CHILD_CLEARTID. The thread runs function(argument) on `stack`, which is its upper end, and is detached. Returns its
 * number, -EINVAL or -ENOMEM. */
long xrt_clone(uint64_t flags, void* stack, uint32_t* parent_id, uint32_t* child_id, void* thread_pointer,
               int (*function)(void*), void* argument);

#define XRT_CLONE_VM 0x100
#define XRT_CLONE_FS 0x200
#define XRT_CLONE_FILES 0x400
#define XRT_CLONE_SIGHAND 0x800
#define XRT_CLONE_THREAD 0x10000
#define XRT_CLONE_SYSVSEM 0x40000
#define XRT_CLONE_SETTLS 0x80000
#define XRT_CLONE_PARENT_SETTID 0x100000
#define XRT_CLONE_CHILD_CLEARTID 0x200000
#define XRT_CLONE_CHILD_SETTID 0x1000000

/* ---- waiting for each other
 * ------------------------------------------------------------------------------------------
 *
 * A futex is any aligned 32-bit word. Waiters wait in order of arrival; `bits` lets a wake choose among them.
 */
#define XRT_FUTEX_ANY UINT32_MAX

/* Waits if *word is `expected`. 0 when woken, -EAGAIN if it was not, -ETIMEDOUT; -EINVAL for no bits or a word that is
 * not aligned. */
int xrt_futex_wait(const uint32_t* word, uint32_t expected, uint64_t timeout);
int xrt_futex_wait_bits(const uint32_t* word, uint32_t expected, uint64_t timeout, uint32_t bits);

/* Wakes up to `count` waiters, and returns how many. */
int xrt_futex_wake(const uint32_t* word, int count);
int xrt_futex_wake_bits(const uint32_t* word, int count, uint32_t bits);

/* If *from is `expected`, wakes up to `wake` waiters of `from` and moves up to `move` of the others to `to`. Returns
 * how many were woken or moved, or -EAGAIN. */
int xrt_futex_requeue(const uint32_t* from, uint32_t expected, int wake, const uint32_t* to, int move);

/* All zeros is the initial state of both. */
typedef struct {
  uint32_t state; /* 0 free, 1 locked, 2 locked and perhaps waited for */
} xrt_mutex;
typedef struct {
  uint32_t sequence;
} xrt_condition;

void xrt_mutex_lock(xrt_mutex* mutex);
int xrt_mutex_try_lock(xrt_mutex* mutex); /* 0 or -EBUSY */
void xrt_mutex_unlock(xrt_mutex* mutex);

/* Unlocks, waits and locks again. 0 or -ETIMEDOUT; may return without a signal, too. */
int xrt_condition_wait(xrt_condition* condition, xrt_mutex* mutex, uint64_t timeout);
void xrt_condition_signal(xrt_condition* condition);
void xrt_condition_broadcast(xrt_condition* condition, xrt_mutex* mutex);

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

/* Called with interrupts off, on a stack of its own of at least 2 KiB. Returning resumes what was interrupted. The x87
 * and vector registers are those of the interrupted code: compile handlers with -mgeneral-regs-only. */
typedef void xrt_trap_handler(struct xrt_frame* frame);

/* Sets the handler of a vector, null for none; an exception without one is reported and ends the program. Returns 0, or
 * -EINVAL for a vector that there is not or that the runtime needs. */
int xrt_set_trap_handler(unsigned vector, xrt_trap_handler* handler);

#ifdef __cplusplus
}
#endif
#endif
