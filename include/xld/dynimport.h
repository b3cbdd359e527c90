/* Imports of names from shared libraries that need not be there when a program is linked: for objects to be linked with
 * xld. Each macro writes a record into a section of the object (.xld.imports, __XLD,__imports) that says what
 * --dynimport would say on the command line; other ELF linkers leave the section out. docs/imports.md has the format of
 * the records.
 *
 *     #include <xld/dynimport.h>
 *
 *     XLD_DYNIMPORT(my_printf, printf, "GLIBC_2.2.5", "libc.so.6");
 *     extern int my_printf(const char *, ...);
 *
 *     XLD_DYNIMPORT_POINTER(my_stdout, stdout, "", "libc.so.6");
 *     extern void *my_stdout;        // the address of the library's stdout: a FILE **
 *
 * LOCAL and REMOTE are names of C, VERSION ("" for none) and LIBRARY are strings. At file scope, in C and C++, with gcc
 * and clang. */
#ifndef XLD_DYNIMPORT_H
#define XLD_DYNIMPORT_H

#ifdef __MACH__
#define XLD_DYNIMPORT_SECTION "__XLD,__imports,regular,debug"
#else
#define XLD_DYNIMPORT_SECTION ".xld.imports,\"e\",%progbits"
#endif

/* What the system puts in front of names of C. */
#define XLD_DYNIMPORT_TEXT_OF(token) #token
#define XLD_DYNIMPORT_TEXT(token) XLD_DYNIMPORT_TEXT_OF(token)
#define XLD_DYNIMPORT_PREFIX XLD_DYNIMPORT_TEXT(__USER_LABEL_PREFIX__)

#define XLD_DYNIMPORT_RECORD(word, local, remote, version, library)                                 \
  __asm__(".pushsection " XLD_DYNIMPORT_SECTION "\n\t.asciz \"" word " " XLD_DYNIMPORT_PREFIX local \
          "=" XLD_DYNIMPORT_PREFIX remote "@" version "," library "\"\n\t.popsection")

/* LOCAL is called, or is read as a pointer: the linker finds out which. */
#define XLD_DYNIMPORT(local, remote, version, library) XLD_DYNIMPORT_RECORD("import", #local, #remote, version, library)
/* LOCAL is the function REMOTE. */
#define XLD_DYNIMPORT_FUNCTION(local, remote, version, library) \
  XLD_DYNIMPORT_RECORD("import-function", #local, #remote, version, library)
/* LOCAL is a pointer to REMOTE. */
#define XLD_DYNIMPORT_POINTER(local, remote, version, library) \
  XLD_DYNIMPORT_RECORD("import-pointer", #local, #remote, version, library)

#endif
