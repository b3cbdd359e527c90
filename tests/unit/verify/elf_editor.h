// ElfEditor: changes single fields of a linked ELF64 file, to see which rule notices.
//
// Lives in the tests: it trusts the file, which a linker has just written.
#pragma once

#include <cstring>
#include <elf.h>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "core/bytes.h"

namespace xld::verify {

class ElfEditor {
 public:
  explicit ElfEditor(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    data_.assign(std::istreambuf_iterator<char>(stream), {});
    EXPECT_GT(data_.size(), sizeof(Elf64_Ehdr)) << path;
  }

  Bytes bytes() const { return as_bytes(data_); }
  std::string& data() { return data_; }

  Elf64_Ehdr& header() { return at<Elf64_Ehdr>(0); }

  Elf64_Phdr& segment(uint32_t type, size_t nth = 0) {
    for (size_t i = 0; i < header().e_phnum; i++) {
      auto& s = at<Elf64_Phdr>(header().e_phoff + i * sizeof(Elf64_Phdr));
      if (s.p_type == type && nth-- == 0) return s;
    }
    ADD_FAILURE() << "no segment of type " << type;
    return at<Elf64_Phdr>(header().e_phoff);
  }

  // The PT_LOAD with these permissions.
  Elf64_Phdr& load(uint32_t flags) {
    for (size_t i = 0; i < header().e_phnum; i++) {
      auto& s = at<Elf64_Phdr>(header().e_phoff + i * sizeof(Elf64_Phdr));
      if (s.p_type == PT_LOAD && s.p_flags == flags) return s;
    }
    ADD_FAILURE() << "no PT_LOAD with flags " << flags;
    return at<Elf64_Phdr>(header().e_phoff);
  }

  Elf64_Shdr& section(size_t index) { return at<Elf64_Shdr>(header().e_shoff + index * sizeof(Elf64_Shdr)); }

  Elf64_Shdr& section(const std::string& name) {
    for (size_t i = 0; i < header().e_shnum; i++) {
      if (&data_[section(header().e_shstrndx).sh_offset + section(i).sh_name] == name) return section(i);
    }
    ADD_FAILURE() << "no section " << name;
    return section(0);
  }

  template <class T>
  T& entry(const std::string& section_name, size_t index = 0) {
    return at<T>(section(section_name).sh_offset + index * sizeof(T));
  }

  Elf64_Sym& symbol(const std::string& table, const std::string& name) {
    const Elf64_Shdr& symbols = section(table);
    for (size_t i = 0; i < symbols.sh_size / sizeof(Elf64_Sym); i++) {
      auto& s = at<Elf64_Sym>(symbols.sh_offset + i * sizeof(Elf64_Sym));
      if (&data_[section(symbols.sh_link).sh_offset + s.st_name] == name) return s;
    }
    ADD_FAILURE() << "no symbol " << name;
    return at<Elf64_Sym>(symbols.sh_offset);
  }

  Elf64_Dyn& dynamic(int64_t tag) {
    for (size_t i = 0;; i++) {
      auto& d = entry<Elf64_Dyn>(".dynamic", i);
      if (d.d_tag == tag || d.d_tag == DT_NULL) return d;
    }
  }

  template <class T>
  T& at(uint64_t offset) {
    EXPECT_LE(offset + sizeof(T), data_.size());
    return *reinterpret_cast<T*>(&data_[offset]);
  }

 private:
  std::string data_;
};

}  // namespace xld::verify
