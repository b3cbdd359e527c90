// A shared library with nothing but names: its own, and those it offers, with their versions. gABI chapter 5 "Dynamic
// Section"; LSB core "Symbol Versioning".
#pragma once

#include <string>

#include "dynimport/stub_library.h"
#include "formats/format.h"

namespace xld::elf {

// Format::make_stub_library. Symbol i of the library is number i + 1 of the file.
std::string make_stub_library(const Target& target, const StubLibrary& library);

}  // namespace xld::elf
