// MachoEditor: changes single fields of a linked 64-bit Mach-O file, to see which rule notices.
//
// Lives in the tests: it trusts the file, which a linker has just written.
#pragma once

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <llvm/BinaryFormat/MachO.h>
#include <string>

#include "core/bytes.h"

namespace xld::verify {

class MachoEditor {
 public:
  explicit MachoEditor(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    data_.assign(std::istreambuf_iterator<char>(stream), {});
    EXPECT_GT(data_.size(), sizeof(llvm::MachO::mach_header_64)) << path;
  }

  Bytes bytes() const { return as_bytes(data_); }
  std::string& data() { return data_; }
  llvm::MachO::mach_header_64& header() { return at<llvm::MachO::mach_header_64>(0); }

  // Where the nth load command of a kind is.
  uint64_t place(uint32_t kind, size_t nth = 0) {
    uint64_t offset = sizeof(llvm::MachO::mach_header_64);
    for (uint32_t i = 0; i < header().ncmds; i++) {
      const auto& command = at<llvm::MachO::load_command>(offset);
      if (command.cmd == kind && nth-- == 0) return offset;
      offset += command.cmdsize;
    }
    ADD_FAILURE() << "no load command " << kind;
    return sizeof(llvm::MachO::mach_header_64);
  }

  template <class T>
  T& command(uint32_t kind, size_t nth = 0) {
    return at<T>(place(kind, nth));
  }

  llvm::MachO::segment_command_64& segment(const std::string& name) {
    return at<llvm::MachO::segment_command_64>(segment_place(name));
  }

  llvm::MachO::section_64& section(const std::string& segment_name, const std::string& name) {
    const uint64_t start = segment_place(segment_name) + sizeof(llvm::MachO::segment_command_64);
    for (uint32_t i = 0; i < segment(segment_name).nsects; i++) {
      auto& s = at<llvm::MachO::section_64>(start + i * sizeof(llvm::MachO::section_64));
      if (std::string(s.sectname, strnlen(s.sectname, 16)) == name) return s;
    }
    ADD_FAILURE() << "no section " << name;
    return at<llvm::MachO::section_64>(start);
  }

  // The contents of a section as a T.
  template <class T>
  T& in(const std::string& segment_name, const std::string& name, uint64_t offset = 0) {
    return at<T>(section(segment_name, name).offset + offset);
  }

  // The nth indirect symbol of a section.
  uint32_t& indirect(const std::string& segment_name, const std::string& name, uint32_t nth) {
    return at<uint32_t>(dysymtab().indirectsymoff + (section(segment_name, name).reserved1 + nth) * 4);
  }

  llvm::MachO::symtab_command& symtab() { return command<llvm::MachO::symtab_command>(llvm::MachO::LC_SYMTAB); }
  llvm::MachO::dysymtab_command& dysymtab() { return command<llvm::MachO::dysymtab_command>(llvm::MachO::LC_DYSYMTAB); }
  llvm::MachO::dyld_info_command& dyld_info() {
    return command<llvm::MachO::dyld_info_command>(llvm::MachO::LC_DYLD_INFO_ONLY);
  }

  llvm::MachO::nlist_64& symbol(const std::string& name) {
    for (uint32_t i = 0; i < symtab().nsyms; i++) {
      auto& s = at<llvm::MachO::nlist_64>(symtab().symoff + i * sizeof(llvm::MachO::nlist_64));
      if (&data_[symtab().stroff + s.n_strx] == name) return s;
    }
    ADD_FAILURE() << "no symbol " << name;
    return at<llvm::MachO::nlist_64>(symtab().symoff);
  }

  // The table of a linkedit_data_command.
  template <class T>
  T& table(uint32_t kind, uint64_t offset = 0) {
    return at<T>(command<llvm::MachO::linkedit_data_command>(kind).dataoff + offset);
  }

  template <class T>
  T& at(uint64_t offset) {
    EXPECT_LE(offset + sizeof(T), data_.size());
    return *reinterpret_cast<T*>(&data_[offset]);
  }

 private:
  uint64_t segment_place(const std::string& name) {
    uint64_t offset = sizeof(llvm::MachO::mach_header_64);
    for (uint32_t i = 0; i < header().ncmds; i++) {
      const auto& command = at<llvm::MachO::segment_command_64>(offset);
      if (command.cmd == llvm::MachO::LC_SEGMENT_64 &&
          std::string(command.segname, strnlen(command.segname, 16)) == name) {
        return offset;
      }
      offset += command.cmdsize;
    }
    ADD_FAILURE() << "no segment " << name;
    return sizeof(llvm::MachO::mach_header_64);
  }

  std::string data_;
};

}  // namespace xld::verify
