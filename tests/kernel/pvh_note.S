// The note by which PVH loaders find the 32-bit entry (xen/include/public/elfnote.h: XEN_ELFNOTE_PHYS32_ENTRY). Its
// segment must be 4-aligned, as QEMU pads by the segment's alignment.
        .section .note.Xen, "a", @note
        .balign 4
        .long 4, 4, 18
        .asciz "Xen"
        .long ENTRY
        .section .note.GNU-stack, "", @progbits
