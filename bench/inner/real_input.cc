// Reads the objects named by XLD_BENCH_OBJECTS. See real_input.h.
#include "bench/inner/real_input.h"

#include <cstdlib>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <sstream>

namespace xld::bench {
namespace {

void add_object(Bytes file, std::vector<RealSection>& sections) {
  if (file.size() < sizeof(Elf64_Ehdr) || !as_text(file).starts_with("\x7f"
                                                                     "ELF\2"))
    return;
  const auto header = load<Elf64_Ehdr>(file.data());
  const auto section_at = [&](size_t i) {
    return load<Elf64_Shdr>(file.data() + header.e_shoff + i * sizeof(Elf64_Shdr));
  };
  const Elf64_Shdr first = section_at(0);
  const size_t count = header.e_shnum != 0 ? header.e_shnum : first.sh_size;
  const Elf64_Shdr names = section_at(header.e_shstrndx == SHN_XINDEX ? first.sh_link : header.e_shstrndx);
  for (size_t i = 1; i < count; i++) {
    const Elf64_Shdr s = section_at(i);
    if (s.sh_type == SHT_NOBITS) continue;
    const char* const name = reinterpret_cast<const char*>(file.data() + names.sh_offset + s.sh_name);
    sections.push_back(
        {name, file.subspan(s.sh_offset, s.sh_size), s.sh_type, s.sh_flags, s.sh_addralign, s.sh_entsize});
  }
}

// Members need the alignment that compilers gave them, which archives do not keep; load() does not care.
void add_archive(Bytes file, std::vector<RealSection>& sections) {
  for (size_t at = 8; at + 60 <= file.size();) {
    const size_t size = std::strtoull(reinterpret_cast<const char*>(file.data() + at + 48), nullptr, 10);
    add_object(file.subspan(at + 60, size), sections);
    at += 60 + size + (size & 1);
  }
}

std::vector<RealSection> read_sections() {
  std::vector<RealSection> sections;
  const char* const paths = std::getenv("XLD_BENCH_OBJECTS");
  std::istringstream list(paths ? paths : "");
  for (std::string path; std::getline(list, path, ':');) {
    std::ifstream stream(path, std::ios::binary);
    auto* const content = new std::string(std::istreambuf_iterator<char>(stream), {});
    const Bytes file = as_bytes(*content);
    as_text(file).starts_with("!<arch>\n") ? add_archive(file, sections) : add_object(file, sections);
  }
  return sections;
}

}  // namespace

const std::vector<RealSection>& real_sections() {
  static const std::vector<RealSection> sections = read_sections();
  return sections;
}

}  // namespace xld::bench
