// Expressions of --defsym and of assignments in linker scripts: parsed when read, evaluated once addresses are known.
//
// The language is GNU ld's (its manual, "Expressions in Linker Scripts"): C's operators without assignment, unsigned
// 64-bit numbers (division is signed, as there), symbols, and functions of sections. A value stays relative to a
// section through `+` and `-` with a number, MAX, MIN, ALIGN and `?:`, so that `a = b + 4` puts `a` into b's section;
// every other operator works on addresses and gives an absolute value.
//
// An Expression owns its text and is immutable; any thread may evaluate it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/result.h"

namespace xld {

struct ExpressionValue {
  uint64_t address = 0;  // or a plain number
  SectionId section;     // that the value moves with; none: absolute
};

struct SectionFacts {
  SectionId id;
  uint64_t address = 0;
  uint64_t load_address = 0;
  uint64_t size = 0;
  uint64_t alignment = 1;
};

// What an expression may ask of the link.
class ExpressionEnvironment {
 public:
  virtual ~ExpressionEnvironment() = default;
  virtual std::optional<ExpressionValue> find_symbol(std::string_view name) const = 0;  // nothing: not defined
  virtual std::optional<SectionFacts> find_section(std::string_view name) const = 0;    // an output section
  virtual uint64_t max_page_size() const = 0;
  virtual uint64_t common_page_size() const = 0;
  virtual uint64_t headers_size() const = 0;
  // The value of `.`; nothing outside of a section's description, which is the only case there is today.
  virtual std::optional<ExpressionValue> location() const { return std::nullopt; }
};

class Expression {
 public:
  // The message of an error names the column, counted from 1.
  static Result<Expression> parse(std::string_view text);

  Result<ExpressionValue> evaluate(const ExpressionEnvironment& environment) const;

  // Symbols whose values may be asked for: they are references, as from an object. DEFINED(s) refers to nothing.
  std::vector<std::string_view> referenced_symbols() const;

  // The symbol that is all of the expression; nothing if there is more to it.
  std::optional<std::string_view> as_symbol() const;

  enum class Operation : uint8_t {
    // leaves
    Number,
    Symbol,
    Location,
    Defined,
    AddressOf,
    LoadAddressOf,
    SizeOf,
    AlignmentOf,
    SizeOfHeaders,
    MaxPageSize,
    CommonPageSize,
    // of one operand
    Negate,
    Complement,
    Not,
    Absolute,
    AlignLocation,
    Log2Ceiling,
    // of two
    Multiply,
    Divide,
    Remainder,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    ExclusiveOr,
    Or,
    LogicalAnd,
    LogicalOr,
    Maximum,
    Minimum,
    Align,
    // of three
    Conditional,
  };

  // Operands stand before the node that uses them; the last node is the root.
  struct Node {
    Operation operation = Operation::Number;
    uint16_t depth = 1;
    uint32_t column = 0;  // offset in the text
    uint32_t operands[3] = {};
    uint64_t number = 0;
    uint32_t name_begin = 0;  // of a symbol or section, in the text
    uint32_t name_size = 0;
  };

 private:
  friend class ExpressionParser;
  friend class ExpressionEvaluator;

  std::string_view name_of(const Node& node) const {
    return std::string_view(text_).substr(node.name_begin, node.name_size);
  }

  std::string text_;
  std::vector<Node> nodes_;
};

}  // namespace xld
