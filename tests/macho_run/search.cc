// Finding the file behind an install name: dyld's @-paths and run paths, then --library-folder by base name.
#include <string>
#include <sys/stat.h>

#include "tests/macho_run/image.h"

namespace macho_run {

namespace {

bool is_file(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// A path that may begin with @executable_path or @loader_path.
std::string expand(const std::string& path, const Image* loader) {
  static const std::string kExecutable = "@executable_path", kLoader = "@loader_path";
  if (path.starts_with(kExecutable)) {
    return folder_of(process().executable().file.path) + path.substr(kExecutable.size());
  }
  if (path.starts_with(kLoader) && loader) return folder_of(loader->file.path) + path.substr(kLoader.size());
  return path;
}

// Run paths are searched along the chain of images that led here; one level and the executable's are what tests need.
std::string find_in_rpaths(const std::string& rest, const Image* loader) {
  for (const Image* image :
       {loader, static_cast<const Image*>(process().images.empty() ? nullptr : &process().executable())}) {
    if (!image) continue;
    for (const std::string& rpath : image->file.rpaths) {
      const std::string path = expand(rpath, image) + "/" + rest;
      if (is_file(path)) return path;
    }
  }
  return {};
}

}  // namespace

bool is_host_library(const std::string& name) {
  return name.starts_with("/usr/lib/") || name.starts_with("/System/");
}

std::string find_library(const std::string& name, const Image* loader) {
  static const std::string kRpath = "@rpath/";
  for (const std::string& folder : process().options.library_folders) {
    const std::string path = folder + "/" + base_name(name);
    if (is_file(path)) return path;
  }
  if (name.starts_with(kRpath)) return find_in_rpaths(name.substr(kRpath.size()), loader);
  const std::string path = expand(name, loader);
  return is_file(path) ? path : std::string();
}

}  // namespace macho_run
