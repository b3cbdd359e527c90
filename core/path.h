// The parts of a path, as text: the file system is not asked. POSIX.1 "Pathname".
#pragma once

#include <algorithm>
#include <string_view>

namespace xld {

// What follows the last slash.
inline std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// What comes before that, with the slash: a name appended to it is one beside `path`.
inline std::string_view folder_prefix(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}

// The folder as the system wants it named: "." and "/" where the prefix is empty or nothing but a slash.
inline std::string_view directory_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == path.npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
}

}  // namespace xld
