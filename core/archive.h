// Archives (`.a` files): the members and the symbol index, for both object formats.
//
// Owns nothing of the file: every view points into the bytes given to open(), which must outlive the Archive. Reads the
// System V and GNU form (`/` index, `//` long names, `/SYM64/`), the BSD form (`#1/` names, `__.SYMDEF` and its sorted
// and 64-bit kinds) and GNU thin archives (`!<thin>`, whose members are files beside the archive). Formats: ar(5) of
// System V and 4.4BSD, and for thin archives and `/SYM64/` the comments of GNU's aout/ar.h.
//
// open() touches the index and the table of long names only, so that the pages of members nobody needs are never read.
// Members are numbered in file order among those that the index names; read_members() walks every header instead.
// Const functions may be called from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/result.h"

namespace xld {

struct ArchiveSymbol {
  std::string_view name;
  uint64_t hash = 0;    // hash_name(name): found in the same pass as the end of the name
  uint32_t member = 0;  // number of the member that defines it
};

struct ArchiveMember {
  std::string_view name;       // of a thin archive: a path, relative to the archive's folder
  Bytes data;                  // empty in a thin archive
  uint64_t header_offset = 0;  // in the archive: orders members and identifies them
  uint64_t size = 0;           // as the header says; of a thin archive's member, the size the file had
};

class Archive {
 public:
  static bool is_archive(Bytes file);

  // Fails if the file is no archive or its first headers are damaged. An index that cannot be right (counts, offsets or
  // names outside) is not an error: has_index() is false and index_problem() says why.
  static Result<Archive> open(Bytes file, std::string_view path);

  bool is_thin() const { return is_thin_; }
  bool has_index() const { return index_.kind != IndexKind::None; }
  const std::string& index_problem() const { return index_problem_; }  // empty: none

  size_t symbol_count() const { return index_.count; }
  // Members that the index names. Their numbers are below this.
  uint32_t member_count() const { return static_cast<uint32_t>(member_offsets_.size()); }

  // Calls visit(ArchiveSymbol) for each entry of the index, in its order. False if the table of names ends early: then
  // the index is damaged, and the symbols seen so far are not all.
  template <class Visitor>
  bool for_each_symbol(Visitor visit) const;

  // The member with a number from the index. An error here means that the index is stale.
  Result<ArchiveMember> member(uint32_t number) const;

  // All members in file order, whether the index names them or not; the index and name tables are left out.
  Result<std::vector<ArchiveMember>> read_members() const;

  // Where the member of a thin archive is found: as stored if absolute, else beside the archive.
  std::string external_path(const ArchiveMember& member) const;

 private:
  enum class IndexKind : uint8_t { None, Gnu32, Gnu64, Bsd32, Bsd64 };

  struct Index {
    IndexKind kind = IndexKind::None;
    uint64_t count = 0;
    Bytes entries;  // count entries of a size that depends on the kind
    Bytes names;
  };

  struct Header {
    std::string_view name;  // as stored, without trailing blanks
    Bytes data;             // empty for a member of a thin archive
    uint64_t size = 0;
    uint64_t next = 0;  // offset of the next header
    uint64_t data_offset = 0;
  };

  static size_t entry_size(IndexKind kind);
  static uint64_t member_offset(const Index& index, uint64_t entry);

  Result<Header> read_header(uint64_t offset) const;
  Result<ArchiveMember> read_member(uint64_t offset, const Header& header) const;
  Result<std::string_view> find_long_name(std::string_view reference) const;
  bool is_table(const Header& header) const;
  std::string_view bsd_name(const Header& header) const;
  std::optional<Error> read_tables();
  void read_index(const Header& header);
  Result<Index> read_gnu_index(Bytes data, IndexKind kind) const;
  Result<Index> read_bsd_index(Bytes data, IndexKind kind) const;
  bool collect_members();
  uint32_t number_of(uint64_t offset, uint32_t previous) const;

  Bytes file_;
  std::string path_;
  bool is_thin_ = false;
  Bytes long_names_;
  Index index_;
  std::vector<uint64_t> member_offsets_;  // sorted, distinct
  std::string index_problem_;
};

template <class Visitor>
bool Archive::for_each_symbol(Visitor visit) const {
  uint64_t name_offset = 0;
  uint32_t number = 0;
  for (uint64_t i = 0; i < index_.count; i++) {
    const uint8_t* entry = index_.entries.data() + i * entry_size(index_.kind);
    if (index_.kind == IndexKind::Bsd32) name_offset = load<uint32_t>(entry);
    if (index_.kind == IndexKind::Bsd64) name_offset = load<uint64_t>(entry);
    if (name_offset >= index_.names.size()) return false;
    const uint8_t* names = index_.names.data();
    const HashedName hashed = hash_c_string(names + name_offset, names + index_.names.size());
    if (!hashed.is_terminated()) return false;
    number = number_of(member_offset(index_, i), number);
    visit(ArchiveSymbol{hashed.name, hashed.hash, number});
    name_offset += hashed.name.size() + 1;
  }
  return true;
}

}  // namespace xld
