// The text of an import, and the records of objects that ask for imports. The grammar is that of --dynimport:
//
//   LOCAL[=REMOTE][@VERSION],LIBRARY
//
// The first comma ends the names; LIBRARY is all that follows, commas, '=' and '@' included. VERSION begins at the
// first
// '@' ("@@" counts as one), so that names as other tools print them can be pasted; an empty one is none.
//
// A record is such a text behind a word and a blank, with a zero byte at its end: `import` (whether the name is called
// or read is found out), `import-function`, `import-pointer`. Between records there may be any number of zero bytes, so
// that sections can be joined. docs/imports.md.
#pragma once

#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/options.h"
#include "core/result.h"

namespace xld {

// The error says what is wrong, without the text.
Result<ImportRequest> parse_import(std::string_view text, ImportForm form);

// The error says what is wrong, and at which offset of the section.
Result<std::vector<ImportRequest>> parse_import_records(Bytes records);

// The text that means the request.
std::string import_text(const ImportRequest& request);

// The record that means it, with the zero byte at its end.
std::string import_record(const ImportRequest& request);

}  // namespace xld
