/* Runtime slots for programs linked with xld: two words a thread that are reached with one instruction on every system.
 *
 * Once in a program, at file scope of a C file, or in an assembler file that is preprocessed (.S):
 *
 *     XLD_RUNTIME_SLOT(runtime_g, 0)
 *     XLD_RUNTIME_SLOT(runtime_m, 1)
 *
 * Then "mov %fs:runtime_g, %rax" (32-bit code: "mov %gs:runtime_g, %eax") loads the first slot of the thread, whatever
 * system the program is linked for. For C there are xld_load_slot(NAME) and xld_store_slot(NAME, VALUE), which take a
 * name, not an expression. docs/targets.md of xld says where the slots are, and what instructions may name them.
 *
 * The macro writes a note (.xld.slots, __XLD,__slots) with the owner "xld": type 1, an index, a name. It adds nothing
 * to the program.
 */
#ifndef XLD_SLOTS_H
#define XLD_SLOTS_H

/* What follows is assembler. */
/* clang-format off */
#ifdef __APPLE__
#define XLD_NOTE_BEGIN .section __XLD,__slots,regular,debug
#define XLD_NOTE_END .text
#else
#define XLD_NOTE_BEGIN .pushsection .xld.slots,"e",@note
#define XLD_NOTE_END .popsection
#endif

/* 20f to 21f is what follows the owner's name. */
#define XLD_NOTE_OF_SLOT(name, index)                                                                            \
  XLD_NOTE_BEGIN; .p2align 2; .long 4, 21f-20f, 1; .asciz "xld"; 20: .long index; .asciz #name; 21: .p2align 2; \
  XLD_NOTE_END

#ifdef __ASSEMBLER__
#define XLD_RUNTIME_SLOT(name, index) XLD_NOTE_OF_SLOT(name, index)
#else

#define XLD_TEXT(...) #__VA_ARGS__
#define XLD_EXPANDED_TEXT(...) XLD_TEXT(__VA_ARGS__)
#define XLD_RUNTIME_SLOT(name, index) __asm__(XLD_EXPANDED_TEXT(XLD_NOTE_OF_SLOT(name, index)));

#if defined(__i386__)
#define XLD_SLOT_LOAD(name) "mov %%gs:" #name ", %0" : "=r"
#define XLD_SLOT_STORE(name) "mov %0, %%gs:" #name : : "r"
#elif defined(__APPLE__)  /* no assembler of that system writes shorter addresses */
#define XLD_SLOT_LOAD(name) "movabs %%gs:" #name ", %0" : "=a"
#define XLD_SLOT_STORE(name) "movabs %0, %%gs:" #name : : "a"
#else
#define XLD_SLOT_LOAD(name) "mov %%fs:" #name ", %0" : "=r"
#define XLD_SLOT_STORE(name) "mov %0, %%fs:" #name : : "r"
#endif

#define xld_load_slot(name) \
  __extension__({ void *xld_value; __asm__ volatile(XLD_SLOT_LOAD(name)(xld_value)); xld_value; })
#define xld_store_slot(name, value) __asm__ volatile(XLD_SLOT_STORE(name)((void *)(value)) : "memory")

#endif
/* clang-format on */
#endif
