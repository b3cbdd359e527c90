// The version of xld: --version prints it, and outputs may name it.
//
// One place, so that both say the same.
#pragma once

#include <string_view>

namespace xld {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace xld
