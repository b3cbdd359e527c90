// Symbol names as people write them, for messages and maps.
//
// C++ (Itanium C++ ABI §5.1) through the C++ run-time library, Rust's legacy and v0 forms (RFC 2603) by hand. Names are
// untrusted: a short one can stand for an exponentially long text, so each has a budget, and what exceeds it or cannot
// be read is left as it is. A second leading underscore, as Mach-O writes, is accepted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xld {

// The readable form, or `name` itself.
std::string demangle(std::string_view name);

// Nothing if the name is not of that form. Without the hashes that tell crates and instances apart.
std::optional<std::string> demangle_rust_legacy(std::string_view name);  // _ZN ... 17h<hash>E
std::optional<std::string> demangle_rust(std::string_view name);         // _R ...

}  // namespace xld
