// Reading archives. See archive.h.
//
// A header is 60 bytes of text: name 16, date 12, owner 6, group 6, mode 8, size 10, and the two bytes "`\n". Headers
// start at even offsets. Special members come first, in any order: the index and the table of long names.
#include "core/archive.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/path.h"

namespace xld {

namespace {

constexpr std::string_view kMagic = "!<arch>\n";
constexpr std::string_view kThinMagic = "!<thin>\n";
constexpr size_t kHeaderSize = 60;
constexpr size_t kNameSize = 16;
constexpr size_t kSizeField = 48;
constexpr size_t kSizeFieldSize = 10;
constexpr std::string_view kHeaderEnd = "`\n";
constexpr std::string_view kBsdIndex = "__.SYMDEF";

std::string_view without_trailing(std::string_view text, char unwanted) {
  const size_t end = text.find_last_not_of(unwanted);
  return text.substr(0, end == text.npos ? 0 : end + 1);
}

// A decimal number as the header fields hold it: digits, then blanks only. At most 15 digits, so it cannot overflow.
std::optional<uint64_t> parse_decimal(std::string_view text) {
  text = without_trailing(text, ' ');
  if (text.empty() || text.size() > 15) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value;
}

bool is_bsd_index_name(std::string_view name) {
  return name == kBsdIndex || name == "__.SYMDEF SORTED" || name == "__.SYMDEF_64" || name == "__.SYMDEF_64 SORTED";
}

}  // namespace

bool Archive::is_archive(Bytes file) {
  const auto text = as_text(file);
  return text.starts_with(kMagic) || text.starts_with(kThinMagic);
}

Result<Archive> Archive::open(Bytes file, std::string_view path) {
  if (!is_archive(file)) return Error{"not an archive: it does not start with \"!<arch>\" or \"!<thin>\""};
  Archive archive;
  archive.file_ = file;
  archive.path_ = path;
  archive.is_thin_ = as_text(file).starts_with(kThinMagic);
  if (auto error = archive.read_tables()) return *std::move(error);
  return archive;
}

// The special members stand before all others; the first ordinary header ends the search.
std::optional<Error> Archive::read_tables() {
  for (uint64_t offset = kMagic.size(); offset < file_.size();) {
    const auto header = read_header(offset);
    if (!header) return header.error();
    if (!is_table(*header)) break;
    if (header->name == "//") {
      long_names_ = header->data;
    } else if (!has_index() && index_problem_.empty()) {
      read_index(*header);
    }
    offset = header->next;
  }
  return std::nullopt;
}

Result<Archive::Header> Archive::read_header(uint64_t offset) const {
  const auto bytes = slice(file_, offset, kHeaderSize);
  if (!bytes) return Error{fmt::format("archive member at offset {:#x}: the file ends inside its header", offset)};
  const auto text = as_text(*bytes);
  if (!text.ends_with(kHeaderEnd)) {
    return Error{fmt::format("no archive member at offset {:#x}: the header does not end in \"`\\n\"", offset)};
  }
  const auto size = parse_decimal(text.substr(kSizeField, kSizeFieldSize));
  if (!size) return Error{fmt::format("archive member at offset {:#x}: its size is not a number", offset)};

  Header header;
  header.name = without_trailing(text.substr(0, kNameSize), ' ');
  header.size = *size;
  header.data_offset = offset + kHeaderSize;
  header.next = header.data_offset;
  // Only the tables of a thin archive have their bytes in it.
  if (is_thin_ && !is_table(header)) return header;
  const auto data = slice(file_, header.data_offset, *size);
  if (!data) {
    return Error{
        fmt::format("archive member at offset {:#x}: its {} bytes reach beyond the end of the file", offset, *size)};
  }
  header.data = *data;
  header.next = align_up(header.data_offset + *size, 2);
  return header;
}

// The name before the data of a `#1/LENGTH` member; nothing if the header has another form or the length is wrong.
std::string_view Archive::bsd_name(const Header& header) const {
  if (!header.name.starts_with("#1/")) return {};
  const auto length = parse_decimal(header.name.substr(3));
  if (!length || *length > header.data.size()) return {};
  return without_trailing(as_text(header.data.first(*length)), '\0');
}

bool Archive::is_table(const Header& header) const {
  const auto name = header.name;
  return name == "/" || name == "//" || name == "/SYM64/" || name == "/<ECSYMBOLS>/" || is_bsd_index_name(name) ||
         is_bsd_index_name(bsd_name(header));
}

void Archive::read_index(const Header& header) {
  const auto read = [&]() -> Result<Index> {
    if (header.name == "/") return read_gnu_index(header.data, IndexKind::Gnu32);
    if (header.name == "/SYM64/") return read_gnu_index(header.data, IndexKind::Gnu64);
    if (header.name.starts_with("/")) return Index{};
    const auto long_name = bsd_name(header);
    const auto name = long_name.empty() ? header.name : long_name;
    const auto name_size = long_name.empty() ? 0 : *parse_decimal(header.name.substr(3));
    const auto kind = name.starts_with("__.SYMDEF_64") ? IndexKind::Bsd64 : IndexKind::Bsd32;
    return read_bsd_index(header.data.subspan(name_size), kind);
  };
  auto index = read();
  if (!index) {
    index_problem_ = index.error().message;
    return;
  }
  index_ = *index;
  if (!collect_members()) {
    index_ = {};
    member_offsets_.clear();
    index_problem_ = "the archive's index names members outside the file";
  }
}

size_t Archive::entry_size(IndexKind kind) {
  constexpr size_t kSizes[] = {0, 4, 8, 8, 16};
  return kSizes[static_cast<uint8_t>(kind)];
}

uint64_t Archive::member_offset(const Index& index, uint64_t entry) {
  const uint8_t* place = index.entries.data() + entry * entry_size(index.kind);
  switch (index.kind) {
    case IndexKind::Gnu32:
      return load_big<uint32_t>(place);
    case IndexKind::Gnu64:
      return load_big<uint64_t>(place);
    case IndexKind::Bsd32:
      return load<uint32_t>(place + 4);
    case IndexKind::Bsd64:
      return load<uint64_t>(place + 8);
    case IndexKind::None:
      break;
  }
  return 0;
}

// A big-endian count, that many big-endian offsets, that many strings.
Result<Archive::Index> Archive::read_gnu_index(Bytes data, IndexKind kind) const {
  const size_t word = entry_size(kind);
  if (data.size() < word) return Error{"the archive's index is too small to hold a count"};
  const uint64_t count = word == 4 ? load_big<uint32_t>(data.data()) : load_big<uint64_t>(data.data());
  data = data.subspan(word);
  if (count > data.size() / word) return Error{fmt::format("the archive's index cannot hold {} entries", count)};
  return Index{kind, count, data.first(count * word), data.subspan(count * word)};
}

// The size of an array of (name, member) offsets, the array, the size of the names, the names. Little-endian: BSD
// archives have the byte order of their members.
Result<Archive::Index> Archive::read_bsd_index(Bytes data, IndexKind kind) const {
  const size_t word = entry_size(kind) / 2;
  const auto take_size = [&]() -> std::optional<uint64_t> {
    if (data.size() < word) return std::nullopt;
    const uint64_t size = word == 4 ? load<uint32_t>(data.data()) : load<uint64_t>(data.data());
    data = data.subspan(word);
    return size;
  };
  const auto entries_size = take_size();
  if (!entries_size || *entries_size > data.size() || *entries_size % (2 * word) != 0) {
    return Error{"the archive's index has a table of impossible size"};
  }
  Index index{kind, *entries_size / (2 * word), data.first(*entries_size), {}};
  data = data.subspan(*entries_size);
  const auto names_size = take_size();
  if (!names_size || *names_size > data.size()) return Error{"the archive's index has names of impossible size"};
  index.names = data.first(*names_size);
  return index;
}

// Numbers the members. The index is in member order except in sorted BSD archives, so sorting is rarely needed.
bool Archive::collect_members() {
  bool is_sorted = true;
  for (uint64_t i = 0; i < index_.count; i++) {
    const uint64_t offset = member_offset(index_, i);
    if (!member_offsets_.empty() && member_offsets_.back() == offset) continue;
    if (offset < kMagic.size() || offset % 2 != 0 || !contains(file_, offset, kHeaderSize)) return false;
    if (!member_offsets_.empty() && member_offsets_.back() > offset) is_sorted = false;
    member_offsets_.push_back(offset);
  }
  if (!is_sorted) {
    std::sort(member_offsets_.begin(), member_offsets_.end());
    member_offsets_.erase(std::unique(member_offsets_.begin(), member_offsets_.end()), member_offsets_.end());
  }
  return true;
}

// `previous` is the number of the entry before: most entries belong to the same member or to the next.
uint32_t Archive::number_of(uint64_t offset, uint32_t previous) const {
  if (member_offsets_[previous] == offset) return previous;
  if (previous + 1 < member_offsets_.size() && member_offsets_[previous + 1] == offset) return previous + 1;
  const auto found = std::lower_bound(member_offsets_.begin(), member_offsets_.end(), offset);
  return static_cast<uint32_t>(found - member_offsets_.begin());
}

// `/OFFSET` into the table of long names; an entry ends in "/\n", in tables of other origin in "\n" or NUL.
Result<std::string_view> Archive::find_long_name(std::string_view reference) const {
  if (is_thin_ && reference.find(':') != reference.npos) {
    return Error{
        fmt::format("member {} lies inside another archive; make the thin archive from object files", reference)};
  }
  const auto offset = parse_decimal(reference.substr(1));
  if (!offset || *offset >= long_names_.size()) {
    return Error{fmt::format("member name {} is not in the archive's table of long names", reference)};
  }
  const auto rest = as_text(long_names_).substr(*offset);
  const size_t end = rest.find_first_of(std::string_view("\n\0", 2));
  if (end == rest.npos) return Error{fmt::format("member name {} has no end", reference)};
  auto name = rest.substr(0, end);
  if (name.ends_with('/')) name.remove_suffix(1);
  return name;
}

Result<ArchiveMember> Archive::read_member(uint64_t offset, const Header& header) const {
  const auto fail = [&](std::string_view problem) {
    return Error{fmt::format("archive member at offset {:#x}: {}", offset, problem)};
  };
  ArchiveMember member{header.name, header.data, offset, header.size};
  if (header.name.starts_with("#1/")) {
    const auto length = parse_decimal(header.name.substr(3));
    if (!length || *length > header.data.size()) return fail("its name is longer than the member");
    member.name = bsd_name(header);
    member.data = header.data.subspan(*length);
    member.size -= *length;
  } else if (header.name.size() > 1 && header.name.starts_with('/')) {
    const auto name = find_long_name(header.name);
    if (!name) return fail(name.error().message);
    member.name = *name;
  } else if (header.name.ends_with('/')) {
    member.name.remove_suffix(1);
  }
  if (member.name.empty()) return fail("it has no name");
  if (is_archive(member.data)) return fail(fmt::format("{} is itself an archive; extract it first", member.name));
  return member;
}

Result<ArchiveMember> Archive::member(uint32_t number) const {
  if (number >= member_offsets_.size()) return Error{fmt::format("archive has no member number {}", number)};
  const uint64_t offset = member_offsets_[number];
  const auto stale = [](const Error& error) {
    return Error{fmt::format("{}; the archive's index is out of date (ranlib makes a new one)", error.message)};
  };
  const auto header = read_header(offset);
  if (!header) return stale(header.error());
  if (is_table(*header)) return stale(Error{fmt::format("the index names a table, not a member, at {:#x}", offset)});
  return read_member(offset, *header);
}

Result<std::vector<ArchiveMember>> Archive::read_members() const {
  std::vector<ArchiveMember> members;
  for (uint64_t offset = kMagic.size(); offset < file_.size();) {
    const auto header = read_header(offset);
    if (!header) return header.error();
    if (!is_table(*header)) {
      auto member = read_member(offset, *header);
      if (!member) return member.error();
      members.push_back(*member);
    }
    offset = header->next;
  }
  return members;
}

std::string Archive::external_path(const ArchiveMember& member) const {
  if (member.name.starts_with('/')) return std::string(member.name);
  return std::string(folder_prefix(path_)).append(member.name);
}

}  // namespace xld
