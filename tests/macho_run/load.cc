// Loading: an image, then the libraries it names, each of them once; fixups; initialisers from the leaves up.
#include "tests/macho_run/fixups.h"
#include "tests/macho_run/image.h"
#include "tests/macho_run/report.h"
#include "tests/macho_run/thread_locals.h"
#include "tests/macho_run/unwind.h"

namespace macho_run {

Process& process() {
  static Process the_process;
  return the_process;
}

Image* Process::image_at(Word address) {
  for (const auto& image : images) {
    if (image->holds(address)) return image.get();
  }
  return nullptr;
}

namespace {

Image* find_loaded(const std::string& name, const std::string& path) {
  for (const auto& image : process().images) {
    if (image->file.path == path || (!name.empty() && image->file.install_name == name)) return image.get();
  }
  return nullptr;
}

Image* add_image(const std::string& path);

Library load_library(const LibraryReference& reference, const Image& loader) {
  const std::string path = find_library(reference.name, &loader);
  if (path.empty() && is_host_library(reference.name)) return {nullptr, true, reference.is_reexported};
  return {load_image(reference.name, &loader, !reference.is_weak), false, reference.is_reexported};
}

}  // namespace

Image* load_image(const std::string& name, const Image* loader, bool is_required) {
  const std::string path = find_library(name, loader);
  if (path.empty()) {
    if (is_required) fail("%s: library %s is not found", loader->path(), name.c_str());
    return nullptr;
  }
  if (Image* loaded = find_loaded(name, path)) return loaded;
  Image* image = add_image(path);
  if (image->file.file_type == kExecute) fail("%s: is a program, not a library", path.c_str());
  return image;
}

Image* load_executable(const std::string& path) {
  Image* image = add_image(path);
  if (image->file.file_type != kExecute) fail("%s: is no program", path.c_str());
  return image;
}

namespace {

Image* add_image(const std::string& path) {
  auto& images = process().images;
  images.push_back(std::make_unique<Image>());
  Image& image = *images.back();
  image.file = read_macho_file(path);
  image.index = static_cast<uint32_t>(images.size() - 1);
  map_image(image);
  redirect_thread_register(image);
  for (const LibraryReference& reference : image.file.libraries)
    image.libraries.push_back(load_library(reference, image));
  return &image;
}

// Libraries first. A library that needs its user (a cycle) finds it marked.
void initialise_with_libraries(Image& image) {
  if (image.is_initialised) return;
  image.is_initialised = true;
  for (const Library& library : image.libraries) {
    if (library.image) initialise_with_libraries(*library.image);
  }
  run_initialisers(image);
}

}  // namespace

void prepare_images() {
  std::vector<Image*> fresh;
  for (const auto& image : process().images) {
    if (!image->is_bound) fresh.push_back(image.get());
  }
  for (Image* image : fresh) {
    image->is_bound = true;
    apply_fixups(*image);
  }
  for (Image* image : fresh) {
    coalesce_weak_symbols(*image);
    set_up_thread_locals(*image);
    protect_image(*image);
    register_unwind_info(*image);
  }
  // The initialisers of what was there before have run; those of the executable come last.
  for (Image* image : fresh) initialise_with_libraries(*image);
}

}  // namespace macho_run
