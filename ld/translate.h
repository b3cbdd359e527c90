// Objects that are in another format than the output: each becomes one of the output's format before it is read.
//
// Nothing behind this knows what they were. docs/decisions/0021-elf-objects-become-mach-o-objects.md.
#pragma once

#include "formats/format.h"

namespace xld {

// Puts the translation into InputFile::bytes. What cannot be translated is kept in InputFile::problems: an archive
// member may turn out not to be needed. Any thread; one task a file.
void translate_object(Link& link, InputFile& file, uint32_t worker);

// Reports the problems of a file that takes part.
void report_translation(Link& link, const InputFile& file);

}  // namespace xld
