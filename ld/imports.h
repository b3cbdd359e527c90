// Imports from libraries that need not be there: --dynimport, and records in objects.
//
// The names asked for of one library become that library: a file made in memory (Format::make_stub_library) and read as
// any other, whose symbols are claims of the class Outside. What follows from such a claim (slots, stubs, the loader's
// tables) follows for imports, too. They differ from what a real library offers in three ways: the symbol is called
// otherwise here (InputFile::import_names), it is asked for and so takes the place of other offers, and it may be a
// pointer: then the name is that of a word of the output which the loader fills.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formats/format.h"
#include "ld/inputs.h"

namespace xld {

// The imports of a link, while its files are found. One thread.
class ImportList {
 public:
  ImportList(Link& link, InputFinder& finder) : link_(link), finder_(finder) {}

  // Adds what these files ask for (and, the first time, what the options do), and claims the names of all imports.
  void take_in(const std::vector<InputFile*>& files);

  // When all files are known: a name may not be defined as well. Weak and common definitions give way.
  void settle_claims();

 private:
  void take_options();
  void take_records(const InputFile& file);
  void add(ImportRequest request, std::string origin);
  void make_libraries(size_t first);
  void make_library(const std::vector<DynamicImport*>& imports);
  void claim(const DynamicImport& import);

  Link& link_;
  InputFinder& finder_;
  std::map<std::string, size_t, std::less<>> known_;  // by local name: index in Link::imports
  bool has_options_ = false;
};

// Finds out what imported names are used as, has the output started by a loader if there are any, and defines pointers.
// When atoms are made, before names are bound.
void settle_imports(Link& link);

// The pointers that something live refers to, or an option; what they point to is marked as used.
std::vector<PointerWord> used_pointer_words(Link& link);

// Gives pointers their addresses, when layout has given them a place.
void place_pointer_words(Link& link);

}  // namespace xld
