// Links files in memory into a kernel image, for tests of the writers.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "kernel_image/format.h"
#include "ld/xld.h"

namespace xld::kernel_image {

class ImageLink : public FileSystem {
 public:
  explicit ImageLink(ImageKind kind) {
    options.image.kind = kind;
    options.image.has_runtime = false;
    options.output = std::string(directory_) + "/out";
    options.entry = "0x100000";
  }
  ~ImageLink() override { std::filesystem::remove_all(directory_); }

  // A section of so many bytes, all 0x5a.
  void add(const std::string& section, uint64_t size, std::optional<uint64_t> address = {}) {
    files_["file" + section].assign(size, 0x5a);
    InputOption& input = options.inputs.emplace_back();
    input.name = "file" + section;
    input.is_binary = input.is_embedded = true;
    input.embed_name = "symbol" + section.substr(1);
    input.embed_section = section;
    if (address) options.section_start[section] = *address;
  }

  // The image; nothing if the link failed, and then there must be no file.
  std::vector<uint8_t> link() {
    complete_options(options, {});
    Diagnostics diagnostics;
    is_linked = xld::link(options, diagnostics, *this);
    for (const Message& message : diagnostics.sorted()) messages += message.text + "\n";
    return is_linked ? read_output() : std::vector<uint8_t>();
  }

  Result<Bytes> open(const std::string& path) override {
    const auto found = files_.find(path);
    if (found == files_.end()) return Error{"no such file"};
    return Bytes(found->second);
  }
  bool exists(const std::string& path) override { return files_.contains(path); }

  Options options;
  std::string messages;
  bool is_linked = false;

 private:
  std::vector<uint8_t> read_output() const {
    std::vector<uint8_t> bytes(std::filesystem::file_size(options.output));
    std::ifstream(options.output, std::ios::binary)
        .read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return bytes;
  }
  static std::string make_directory() {
    std::string path = std::filesystem::temp_directory_path() / "xld-image-XXXXXX";
    return ::mkdtemp(path.data()) ? path : ".";
  }

  std::string directory_ = make_directory();
  std::map<std::string, std::vector<uint8_t>> files_;
};

}  // namespace xld::kernel_image
