// Records of imports in objects, and the text of --dynimport. What is read can be written and read again.
#include <cstdlib>

#include "dynimport/import_request.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto requests = parse_import_records({data, size});
  if (!requests) return 0;
  for (const ImportRequest& request : *requests) {
    const auto again = parse_import(import_text(request), request.form);
    if (!again || *again != request) std::abort();
  }
  return 0;
}
