// Libraries of the system, with and without section headers, and damaged copies of them.
#include "formats/elf/shared_object.h"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <vector>

#include "formats/elf/elf.h"

namespace xld::elf {
namespace {

// The symbol that defines name@version, hidden or not; an empty version means the default one.
std::optional<uint32_t> find_shared_definition(const SharedObject& object, std::string_view name,
                                               std::string_view version) {
  for (uint32_t i = object.first_global; i < object.symbol_count; i++) {
    const SharedSymbol symbol = shared_symbol(object, i);
    if (symbol.name != name || !symbol.is_defined() || !symbol.is_visible()) continue;
    if (version.empty() ? !symbol.is_hidden_version : symbol.version == version) return i;
  }
  return std::nullopt;
}

constexpr const char* kLibrary64 = "/lib/x86_64-linux-gnu/libc.so.6";
constexpr const char* kLibrary32 = "/lib32/libc.so.6";

std::vector<uint8_t> file_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Library {
  explicit Library(const char* path) : bytes(file_bytes(path)) {}

  Result<SharedObject> read() { return read_shared_object(bytes, arena); }
  std::string error() {
    auto result = read();
    return result ? "" : result.error().message;
  }
  std::vector<Occurrence> names(const SharedObject& object) {
    std::vector<Occurrence> names(object.symbol_count - object.first_global);
    const auto error = read_shared_names(object, ClaimClass::Weak, arena, names);
    EXPECT_FALSE(error) << error->message;
    return names;
  }
  std::string names_error() {
    const auto object = read();
    if (!object) return object.error().message;
    std::vector<Occurrence> names(object->symbol_count - object->first_global);
    const auto problem = read_shared_names(*object, ClaimClass::Weak, arena, names);
    return problem ? problem->message : "";
  }

  template <class Header>
  Header& header() {
    return *reinterpret_cast<Header*>(bytes.data());
  }
  template <class T>
  T& at(uint64_t offset) {
    return *reinterpret_cast<T*>(bytes.data() + offset);
  }
  Elf64::SectionHeader& section(uint32_t type) {
    auto* first = &at<Elf64::SectionHeader>(header<Elf64::Header>().shoff);
    return *std::find_if(first, first + header<Elf64::Header>().shnum, [&](const auto& s) { return s.type == type; });
  }
  Elf64::ProgramHeader& segment(uint32_t type) {
    auto* first = &at<Elf64::ProgramHeader>(header<Elf64::Header>().phoff);
    return *std::find_if(first, first + header<Elf64::Header>().phnum, [&](const auto& s) { return s.type == type; });
  }
  Elf64::Dynamic& entry(int64_t tag) {
    auto* entry = &at<Elf64::Dynamic>(segment(PT_DYNAMIC).offset);
    while (entry->tag != tag && entry->tag != DT_NULL) entry++;
    return *entry;
  }
  void drop_sections() {
    if (bytes[4] == Elf64::kClass) {
      header<Elf64::Header>().shoff = header<Elf64::Header>().shnum = 0;
    } else {
      header<Elf32::Header>().shoff = header<Elf32::Header>().shnum = 0;
    }
  }

  std::vector<uint8_t> bytes;
  Arena arena;
};

std::string_view text_of(const Occurrence& occurrence) {
  return {occurrence.name, occurrence.length};
}

bool offers(const std::vector<Occurrence>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const Occurrence& o) { return text_of(o) == name && o.claim_class == ClaimClass::Weak; });
}

void expect_equal_symbols(const SharedObject& a, const SharedObject& b) {
  ASSERT_EQ(a.symbol_count, b.symbol_count);
  EXPECT_EQ(a.first_global, b.first_global);
  for (uint32_t i = 0; i < a.symbol_count; i++) {
    const SharedSymbol x = shared_symbol(a, i), y = shared_symbol(b, i);
    ASSERT_EQ(x.name, y.name);
    ASSERT_EQ(x.version, y.version) << x.name;
    ASSERT_EQ(x.value, y.value) << x.name;
  }
}

TEST(SharedObject, ReadsTheLibraryOfC) {
  Library library(kLibrary64);
  const auto object = library.read();
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->soname, "libc.so.6");
  ASSERT_EQ(object->needed.size(), 1u);
  EXPECT_EQ(object->needed[0], "ld-linux-x86-64.so.2");
  EXPECT_TRUE(object->flags & DF_STATIC_TLS);
  ASSERT_GT(object->versions.size(), 3u);
  EXPECT_TRUE(object->versions[1].is_base);
  EXPECT_EQ(object->versions[2].name, "GLIBC_2.2.5");
  EXPECT_TRUE(std::any_of(object->versions.begin(), object->versions.end(), [](const LibraryVersion& version) {
    return version.name == "GLIBC_PRIVATE" && version.library == "ld-linux-x86-64.so.2";
  }));
}

TEST(SharedObject, TellsDefaultFromHiddenVersions) {
  Library library(kLibrary64);
  const auto object = library.read();
  ASSERT_TRUE(object);
  const auto latest = find_shared_definition(*object, "memcpy", "");
  const auto old = find_shared_definition(*object, "memcpy", "GLIBC_2.2.5");
  ASSERT_TRUE(latest && old);
  EXPECT_EQ(shared_symbol(*object, *latest).version, "GLIBC_2.14");
  EXPECT_FALSE(shared_symbol(*object, *latest).is_hidden_version);
  EXPECT_TRUE(shared_symbol(*object, *old).is_hidden_version);
  EXPECT_EQ(shared_symbol(*object, *latest).type, STT_GNU_IFUNC);
  EXPECT_EQ(find_shared_definition(*object, "memcpy", "GLIBC_2.14"), latest);
  EXPECT_FALSE(find_shared_definition(*object, "memcpy", "GLIBC_2.15"));
  EXPECT_FALSE(find_shared_definition(*object, "_dl_find_dso_for_object", ""));  // only referred to

  const auto names = library.names(*object);
  EXPECT_TRUE(offers(names, "memcpy"));
  EXPECT_TRUE(offers(names, "memcpy@GLIBC_2.2.5"));
  EXPECT_FALSE(offers(names, "memcpy@GLIBC_2.14"));
  EXPECT_FALSE(offers(names, ""));
  EXPECT_EQ(text_of(names[*old - object->first_global]), "memcpy@GLIBC_2.2.5");
}

TEST(SharedObject, ReferencesAreNoOffers) {
  Library library(kLibrary64);
  const auto object = library.read();
  ASSERT_TRUE(object);
  const auto names = library.names(*object);
  const auto found =
      std::find_if(names.begin(), names.end(), [](const Occurrence& o) { return text_of(o) == "_rtld_global"; });
  ASSERT_NE(found, names.end());
  EXPECT_EQ(found->claim_class, ClaimClass::None);
  EXPECT_FALSE(found->is_weak_reference);
}

TEST(SharedObject, SaysWhatACopyLooksLike) {
  Library library(kLibrary64);
  const auto object = library.read();
  ASSERT_TRUE(object);
  const auto environment = find_shared_definition(*object, "environ", "");
  const auto errors = find_shared_definition(*object, "in6addr_any", "");  // constant
  ASSERT_TRUE(environment && errors);
  EXPECT_FALSE(copy_source(*object, shared_symbol(*object, *environment)).is_read_only);
  EXPECT_TRUE(copy_source(*object, shared_symbol(*object, *errors)).is_read_only);
  const CopySource copy = copy_source(*object, shared_symbol(*object, *environment));
  EXPECT_GE(copy.alignment, 8u);
  EXPECT_EQ(shared_symbol(*object, *environment).value % copy.alignment, 0u);
}

TEST(SharedObject, ReadsBothClassesWithoutSections) {
  for (const char* path : {kLibrary64, kLibrary32}) {
    Library whole(path), stripped(path);
    stripped.drop_sections();
    const auto object = whole.read(), same = stripped.read();
    ASSERT_TRUE(object) << object.error().message;
    ASSERT_TRUE(same) << same.error().message;
    EXPECT_EQ(same->soname, "libc.so.6");
    EXPECT_EQ(same->needed[0], object->needed[0]);
    EXPECT_EQ(same->section_count, 0u);
    EXPECT_TRUE(find_shared_definition(*object, "printf", ""));
    expect_equal_symbols(*object, *same);
    stripped.names(*same);
  }
}

TEST(SharedObject, CountsSymbolsByEitherHash) {
  Library library(kLibrary64);
  const uint32_t count = library.read()->symbol_count;
  library.drop_sections();
  library.entry(DT_HASH).tag = DT_DEBUG;
  const auto by_gnu_hash = library.read();
  ASSERT_TRUE(by_gnu_hash);
  EXPECT_EQ(by_gnu_hash->symbol_count, count);
  library.entry(DT_GNU_HASH).tag = DT_DEBUG;
  EXPECT_NE(library.error().find("how many symbols"), std::string::npos) << library.error();
}

TEST(SharedObject, OldHiddenVisibilityCannotBeMeant) {
  Library library(kLibrary64);
  const auto symbol = find_shared_definition(*library.read(), "printf", "");
  ASSERT_TRUE(symbol);
  library.at<Elf64::Symbol>(library.section(SHT_DYNSYM).offset + *symbol * sizeof(Elf64::Symbol)).other = STV_HIDDEN;
  const auto object = library.read();
  EXPECT_FALSE(offers(library.names(*object), "printf"));
}

// --- Damage

TEST(BrokenSharedObject, HeadersOutsideTheFile) {
  Library library(kLibrary64);
  library.header<Elf64::Header>().shoff = library.bytes.size() - 8;
  EXPECT_NE(library.error().find("section header table at offset"), std::string::npos);
  library.drop_sections();
  library.header<Elf64::Header>().phoff = library.bytes.size() - 8;
  EXPECT_NE(library.error().find("program header table of"), std::string::npos);
  library.bytes.resize(40);
  EXPECT_NE(library.error().find("too small"), std::string::npos);
  EXPECT_EQ(Library("/dev/null").error(), "file is too small for an ELF header");
}

TEST(BrokenSharedObject, SectionsOutsideTheFile) {
  for (const uint32_t type : {SHT_DYNSYM, SHT_DYNAMIC, SHT_GNU_VERSYM, SHT_GNU_VERDEF, SHT_GNU_VERNEED}) {
    Library library(kLibrary64);
    library.section(type).offset = library.bytes.size() - 1;
    EXPECT_NE(library.error().find("extend past the end of the file"), std::string::npos) << type;
  }
  Library library(kLibrary64);
  library.section(SHT_DYNSYM).link = 4711;
  EXPECT_NE(library.error().find("string table index 4711 is out of range"), std::string::npos);
}

TEST(BrokenSharedObject, AddressesOutsideTheSegments) {
  for (const int64_t tag : {DT_STRTAB, DT_SYMTAB, DT_HASH, DT_VERSYM, DT_VERDEF, DT_VERNEED}) {
    Library library(kLibrary64);
    library.drop_sections();
    library.entry(tag).value = 0x7fffffff0000;
    EXPECT_NE(library.error().find("is not in any loaded segment"), std::string::npos) << tag;
  }
  Library library(kLibrary64);
  library.drop_sections();
  library.segment(PT_DYNAMIC).type = PT_NOTE;
  EXPECT_NE(library.error().find("no dynamic section"), std::string::npos);
}

TEST(BrokenSharedObject, HashTablesThatLie) {
  Library library(kLibrary64);
  library.drop_sections();
  const uint64_t hash = library.entry(DT_HASH).value;  // the first segment is mapped at its offset
  library.at<uint32_t>(hash + 4) = 0x7fffffff;
  EXPECT_NE(library.error().find("DT_SYMTAB: table at offset"), std::string::npos) << library.error();
  library.entry(DT_HASH).tag = DT_DEBUG;
  const uint64_t gnu_hash = library.entry(DT_GNU_HASH).value;
  library.at<uint32_t>(gnu_hash) = 0x7fffffff;
  EXPECT_NE(library.error().find("DT_GNU_HASH: table at offset"), std::string::npos) << library.error();
  library.at<uint32_t>(gnu_hash) = 1;
  library.at<uint32_t>(gnu_hash + 8) = UINT32_MAX;
  EXPECT_NE(library.error().find("DT_GNU_HASH: table at offset"), std::string::npos) << library.error();
}

TEST(BrokenSharedObject, NamesOutsideTheStringTable) {
  Library library(kLibrary64);
  library.entry(DT_SONAME).value = 0x7fffffff;
  EXPECT_NE(library.error().find("DT_SONAME at offset"), std::string::npos) << library.error();
  Library symbols(kLibrary64);
  symbols.at<Elf64::Symbol>(symbols.section(SHT_DYNSYM).offset + 40 * sizeof(Elf64::Symbol)).name = 0x7fffffff;
  EXPECT_NE(symbols.names_error().find("dynamic symbol 40: name offset"), std::string::npos) << symbols.names_error();
}

TEST(BrokenSharedObject, VersionTables) {
  Library library(kLibrary64);
  const uint64_t versions = library.section(SHT_GNU_VERSYM).offset;
  library.at<uint16_t>(versions + 2 * 50) = 0x4444;
  EXPECT_NE(library.names_error().find("dynamic symbol 50"), std::string::npos) << library.names_error();
  library.section(SHT_GNU_VERSYM).size = 10;
  EXPECT_NE(library.error().find("symbol versions at offset"), std::string::npos);

  Library defined(kLibrary64);
  const uint64_t definitions = defined.section(SHT_GNU_VERDEF).offset;
  defined.at<VersionDefinition>(definitions).next = 0x7fffffff;
  EXPECT_NE(defined.error().find("version definition 1 at offset"), std::string::npos) << defined.error();
  defined.at<VersionDefinition>(definitions).names = 0x7fffffff;
  EXPECT_NE(defined.error().find("has no name in the table"), std::string::npos);
  defined.at<VersionDefinition>(definitions).version = 2;
  EXPECT_NE(defined.error().find("is no version 1"), std::string::npos);

  Library needed(kLibrary64);
  const uint64_t needs = needed.section(SHT_GNU_VERNEED).offset;
  needed.at<VersionNeed>(needs).versions = 0x7fffffff;
  EXPECT_NE(needed.error().find("version need 0 at offset"), std::string::npos) << needed.error();
}

// A need and a needed version look alike: each record here is both, and every chain goes through all of them.
TEST(BrokenSharedObject, ChainsThatOverlapEnd) {
  Library library(kLibrary64);
  auto& header = library.section(SHT_GNU_VERNEED);
  const VersionNeed need = {VER_NEED_CURRENT, 0xffff, 16, sizeof(VersionNeed), sizeof(VersionNeed)};
  header.offset = library.bytes.size();
  header.size = 4000 * sizeof(need);
  header.info = UINT32_MAX;
  for (int i = 0; i < 4000; i++) {
    const auto* record = reinterpret_cast<const uint8_t*>(&need);
    library.bytes.insert(library.bytes.end(), record, record + sizeof(need));
  }
  library.at<VersionNeed>(library.bytes.size() - sizeof(need)).next = 0;
  EXPECT_NE(library.error().find("has too many versions"), std::string::npos) << library.error();
}

}  // namespace
}  // namespace xld::elf
