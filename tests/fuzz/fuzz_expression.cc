// Expressions: parsing and evaluation in a world where some names are defined.
#include "core/bytes.h"
#include "ld/expression.h"

using namespace xld;

namespace {

class SmallWorld : public ExpressionEnvironment {
 public:
  std::optional<ExpressionValue> find_symbol(std::string_view name) const override {
    if (name.size() % 2 == 0) return std::nullopt;
    return ExpressionValue{name.size() * 0x1001, name.size() == 1 ? SectionId(1u) : SectionId()};
  }
  std::optional<SectionFacts> find_section(std::string_view name) const override {
    if (name.size() % 2 == 0) return std::nullopt;
    return SectionFacts{.id = SectionId(1u), .address = 0x400000, .load_address = 0x1000, .size = 77, .alignment = 16};
  }
  uint64_t max_page_size() const override { return 0x1000; }
  uint64_t common_page_size() const override { return 0x1000; }
  uint64_t headers_size() const override { return 0x200; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto expression = Expression::parse(as_text({data, size}));
  if (!expression) return 0;
  expression->referenced_symbols();
  static_cast<void>(expression->evaluate(SmallWorld()));
  return 0;
}
