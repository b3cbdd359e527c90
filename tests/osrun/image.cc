// See image.h.
#include "tests/osrun/image.h"

#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>

#include "tests/osrun/report.h"

namespace osrun {

namespace {

constexpr uint32_t kOpenBsdRandomize = 0x65a3dbe6, kOpenBsdWxNeeded = 0x65a3dbe7;
const System* const kSystems[] = {&kFreeBsd, &kNetBsd, &kOpenBsd, &kDragonFly, &kFreeBsd386, &kNetBsd386, &kOpenBsd386};

struct File {
  std::string path, bytes;
  Elf64_Ehdr header = {};  // of a program for the 386, too
  std::vector<Elf64_Phdr> segments;

  [[noreturn]] void refuse(const char* why) const { stop(kRefusedStatus, "%s: %s", path.c_str(), why); }

  template <typename T>
  T at(uint64_t offset) const {
    T value;
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) refuse("truncated (ENOEXEC)");
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
  }
};

template <typename Header, typename Segment>
void read_headers(File& file) {
  const auto header = file.at<Header>(0);
  file.header.e_type = header.e_type;
  file.header.e_machine = header.e_machine;
  file.header.e_entry = header.e_entry;
  if (header.e_phentsize != sizeof(Segment)) file.refuse("program headers of an unknown size (ENOEXEC)");
  for (int i = 0; i < header.e_phnum; i++) {
    const auto segment = file.at<Segment>(header.e_phoff + i * sizeof(Segment));
    file.segments.push_back({.p_type = segment.p_type,
                             .p_flags = segment.p_flags,
                             .p_offset = segment.p_offset,
                             .p_vaddr = segment.p_vaddr,
                             .p_paddr = segment.p_paddr,
                             .p_filesz = segment.p_filesz,
                             .p_memsz = segment.p_memsz,
                             .p_align = segment.p_align});
  }
}

File read_file(const std::string& path) {
  File file;
  file.path = path;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) file.refuse("cannot be opened");
  file.bytes.assign(std::istreambuf_iterator<char>(stream), {});
  file.header = file.at<Elf64_Ehdr>(0);
  const Elf64_Ehdr& header = file.header;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) file.refuse("not an ELF file (ENOEXEC)");
  if (header.e_ident[EI_CLASS] == ELFCLASS32)
    read_headers<Elf32_Ehdr, Elf32_Phdr>(file);
  else
    read_headers<Elf64_Ehdr, Elf64_Phdr>(file);
  const int machine = header.e_ident[EI_CLASS] == ELFCLASS32 ? EM_386 : EM_X86_64;
  if (header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != machine)
    file.refuse("not for amd64 or the 386 (ENOEXEC)");
  if (header.e_type != ET_EXEC && header.e_type != ET_DYN) file.refuse("not an executable (ENOEXEC)");
  return file;
}

// Whether a PT_NOTE has the system's note: its name, type 1 and four bytes.
bool has_note(const File& file, const System& system) {
  for (const Elf64_Phdr& segment : file.segments) {
    if (segment.p_type != PT_NOTE) continue;
    const uint64_t align = segment.p_align == 8 ? 8 : 4;
    uint64_t offset = segment.p_offset;
    const uint64_t end = segment.p_offset + segment.p_filesz;
    while (offset + sizeof(Elf64_Nhdr) <= end) {
      const auto note = file.at<Elf64_Nhdr>(offset);
      const uint64_t name = offset + sizeof note;
      if (note.n_type == 1 && note.n_descsz == 4 && note.n_namesz == system.note_name.size() &&
          file.bytes.compare(name, note.n_namesz, system.note_name) == 0)
        return true;
      const uint64_t contents = (name + note.n_namesz + align - 1) & ~(align - 1);
      offset = (contents + note.n_descsz + align - 1) & ~(align - 1);
    }
  }
  return false;
}

bool is_for(const File& file, const System& system) {
  const uint8_t os_abi = file.header.e_ident[EI_OSABI];
  if ((file.header.e_machine == EM_386) != (system.word_size == 4)) return false;
  return has_note(file, system) || (system.os_abi != 0 && os_abi == system.os_abi);
}

const System* identify(const File& file, const System* wanted) {
  if (wanted) {
    if (is_for(file, *wanted)) return wanted;
    stop(kRefusedStatus, "%s: %.*s finds neither its note nor its OS ABI in it (ENOEXEC)", file.path.c_str(),
         static_cast<int>(wanted->title.size()), wanted->title.data());
  }
  for (const System* system : kSystems)
    if (is_for(file, *system)) return system;
  file.refuse("no note or OS ABI of FreeBSD, NetBSD, OpenBSD or DragonFly (ENOEXEC)");
}

void check_segments(const File& file, Image& image) {
  bool has_headers = false;
  uint64_t random = 0;
  for (const Elf64_Phdr& segment : file.segments) {
    if (segment.p_type == PT_INTERP) file.refuse("wants an interpreter; the runner takes static programs only");
    if (segment.p_type == PT_PHDR) has_headers = true;
    if (segment.p_type == PT_LOAD && segment.p_filesz > segment.p_memsz)
      file.refuse("a segment is larger in the file than in memory (EINVAL)");
    if (image.system->random_limit == 0) continue;
    if (segment.p_type == kOpenBsdWxNeeded) image.may_write_and_execute = true;
    if (segment.p_type != kOpenBsdRandomize) continue;
    random += segment.p_memsz;
    if (random > image.system->random_limit)
      file.refuse("PT_OPENBSD_RANDOMIZE is larger than the kernel fills (ENOMEM)");
    image.random.push_back({segment.p_vaddr, segment.p_memsz});
  }
  if (image.system->pie_wants_headers && image.is_relocatable && !has_headers)
    file.refuse("position independent, but without PT_PHDR (EINVAL)");
  if (image.system->write_execute != WriteExecute::Refused || image.may_write_and_execute) return;
  for (const Elf64_Phdr& segment : file.segments)
    if (segment.p_type == PT_LOAD && (segment.p_flags & (PF_W | PF_X)) == (PF_W | PF_X))
      file.refuse("a segment is writable and executable, and there is no PT_OPENBSD_WXNEEDED (W^X)");
}

}  // namespace

Image read_image(const std::string& path, const System* wanted) {
  const File file = read_file(path);
  Image image{.path = path,
              .system = identify(file, wanted),
              .word_size = static_cast<uint8_t>(file.header.e_machine == EM_386 ? 4 : 8),
              .is_relocatable = file.header.e_type == ET_DYN,
              .entry = file.header.e_entry,
              .may_write_and_execute = false,
              .random = {}};
  check_segments(file, image);
  return image;
}

}  // namespace osrun
