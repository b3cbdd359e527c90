// --image=hex and --image=srec: the image as lines of hexadecimal text, for tools that write ROMs and load boards.
//
// Intel "Hexadecimal Object File Format" 1988; Motorola S-records as in the M68000 family manual. Addresses are those
// of load memory. The text is made from the finished bytes: they are written to the file behind the place of the text,
// read from there, and cut off.
#pragma once

#include "formats/format.h"

namespace xld::kernel_image {

// Moves the bytes behind the place of the text. After layout.
void make_room_for_hex(Link& link);
void make_room_for_srec(Link& link);

// Writes the text and cuts the bytes off (Format::seal).
void write_hex(const Link& link, Image& image);
void write_srec(const Link& link, Image& image);

}  // namespace xld::kernel_image
