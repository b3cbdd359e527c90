// Names of C++ and Rust. They may be as long as the file they come from.
#include "core/bytes.h"
#include "core/demangle.h"

using namespace xld;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view name = as_text({data, size});
  demangle(name);
  demangle_rust(name);
  demangle_rust_legacy(name);
  return 0;
}
