// Evaluating expressions. See expression.h; the parser is in expression_parser.cc.
#include "ld/expression.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

namespace xld {

namespace {

using Operation = Expression::Operation;

// Signed, as in GNU ld; the quotient that does not fit wraps around.
uint64_t divide(uint64_t left, uint64_t right) {
  if (right == UINT64_MAX) return 0 - left;
  return static_cast<uint64_t>(static_cast<int64_t>(left) / static_cast<int64_t>(right));
}

uint64_t remainder(uint64_t left, uint64_t right) {
  if (right == UINT64_MAX) return 0;
  return static_cast<uint64_t>(static_cast<int64_t>(left) % static_cast<int64_t>(right));
}

// Any alignment is allowed, not only powers of two; 0 aligns to nothing. A result beyond 64 bits wraps around.
uint64_t align_to(uint64_t value, uint64_t alignment) {
  if (alignment <= 1) return value;
  const uint64_t excess = value % alignment;
  return excess ? value + (alignment - excess) : value;
}

uint64_t log2_ceiling(uint64_t value) {
  return value <= 1 ? 0 : static_cast<uint64_t>(std::bit_width(value - 1));
}

uint64_t compute(Operation operation, uint64_t left, uint64_t right) {
  switch (operation) {
    case Operation::Multiply:
      return left * right;
    case Operation::Divide:
      return divide(left, right);
    case Operation::Remainder:
      return remainder(left, right);
    case Operation::Add:
      return left + right;
    case Operation::Subtract:
      return left - right;
    case Operation::ShiftLeft:
      return right < 64 ? left << right : 0;
    case Operation::ShiftRight:
      return right < 64 ? left >> right : 0;
    case Operation::Less:
      return left < right;
    case Operation::LessEqual:
      return left <= right;
    case Operation::Greater:
      return left > right;
    case Operation::GreaterEqual:
      return left >= right;
    case Operation::Equal:
      return left == right;
    case Operation::NotEqual:
      return left != right;
    case Operation::And:
      return left & right;
    case Operation::ExclusiveOr:
      return left ^ right;
    case Operation::Or:
      return left | right;
    case Operation::Maximum:
      return std::max(left, right);
    case Operation::Minimum:
      return std::min(left, right);
    case Operation::Align:
      return align_to(left, right);
    default:
      return 0;
  }
}

SectionId section_of_result(Operation operation, const ExpressionValue& left, const ExpressionValue& right) {
  const bool right_is_number = !right.section.is_valid();
  switch (operation) {
    case Operation::Add:
      return right_is_number ? left.section : left.section.is_valid() ? SectionId() : right.section;
    case Operation::Subtract:
    case Operation::Align:
      return right_is_number ? left.section : SectionId();
    case Operation::Maximum:
    case Operation::Minimum:
      return left.section == right.section ? left.section : SectionId();
    default:
      return {};
  }
}

ExpressionValue number(uint64_t value) {
  return {value, {}};
}

}  // namespace

// Recursion is bounded by the depth the parser allows.
class ExpressionEvaluator {
 public:
  using Node = Expression::Node;

  ExpressionEvaluator(const Expression& expression, const ExpressionEnvironment& environment)
      : expression_(expression), environment_(environment) {}

  Result<ExpressionValue> evaluate(uint32_t index) const {
    const Node& node = expression_.nodes_[index];
    if (node.operation < Operation::Negate) return evaluate_leaf(node);
    if (node.operation == Operation::Conditional) return evaluate_conditional(node);
    if (node.operation == Operation::LogicalAnd || node.operation == Operation::LogicalOr)
      return evaluate_logical(node);
    return node.operation < Operation::Multiply ? evaluate_unary(node) : evaluate_binary(node);
  }

 private:
  static Error fail(const Node& node, std::string_view problem) {
    return Error{fmt::format("column {}: {}", node.column + 1, problem)};
  }

  Result<ExpressionValue> evaluate_leaf(const Node& node) const {
    switch (node.operation) {
      case Operation::Number:
        return number(node.number);
      case Operation::Symbol:
        return symbol_value(node);
      case Operation::Location:
        return location_value(node);
      case Operation::Defined:
        return number(environment_.find_symbol(expression_.name_of(node)).has_value());
      case Operation::SizeOfHeaders:
        return number(environment_.headers_size());
      case Operation::MaxPageSize:
        return number(environment_.max_page_size());
      case Operation::CommonPageSize:
        return number(environment_.common_page_size());
      default:
        return section_value(node);
    }
  }

  Result<ExpressionValue> symbol_value(const Node& node) const {
    const auto name = expression_.name_of(node);
    const auto value = environment_.find_symbol(name);
    if (!value) return fail(node, fmt::format("undefined symbol: {}", name));
    return *value;
  }

  Result<ExpressionValue> location_value(const Node& node) const {
    const auto value = environment_.location();
    if (!value) return fail(node, "the location counter has no value outside of SECTIONS");
    return *value;
  }

  // A section that is not in the output has no address, but a size and an alignment of 0, as in GNU ld.
  Result<ExpressionValue> section_value(const Node& node) const {
    const auto name = expression_.name_of(node);
    const auto section = environment_.find_section(name);
    if (node.operation == Operation::SizeOf) return number(section ? section->size : 0);
    if (node.operation == Operation::AlignmentOf) return number(section ? section->alignment : 0);
    if (!section) return fail(node, fmt::format("the output has no section {}", name));
    if (node.operation == Operation::LoadAddressOf) return number(section->load_address);
    return ExpressionValue{section->address, section->id};
  }

  Result<ExpressionValue> evaluate_unary(const Node& node) const {
    const auto operand = evaluate(node.operands[0]);
    if (!operand) return operand;
    const uint64_t value = operand->address;
    switch (node.operation) {
      case Operation::Negate:
        return number(0 - value);
      case Operation::Complement:
        return number(~value);
      case Operation::Not:
        return number(value == 0);
      case Operation::Log2Ceiling:
        return number(log2_ceiling(value));
      case Operation::AlignLocation:
        break;
      default:
        return number(value);
    }
    const auto location = location_value(node);
    if (!location) return location;
    return ExpressionValue{align_to(location->address, value), location->section};
  }

  Result<ExpressionValue> evaluate_binary(const Node& node) const {
    const auto left = evaluate(node.operands[0]);
    if (!left) return left;
    const auto right = evaluate(node.operands[1]);
    if (!right) return right;
    const bool divides = node.operation == Operation::Divide || node.operation == Operation::Remainder;
    if (divides && right->address == 0) return fail(node, "division by zero");
    return ExpressionValue{compute(node.operation, left->address, right->address),
                           section_of_result(node.operation, *left, *right)};
  }

  // The right operand is evaluated only if it decides: `DEFINED(a) && a > 4` is fine without a.
  Result<ExpressionValue> evaluate_logical(const Node& node) const {
    const auto left = evaluate(node.operands[0]);
    if (!left) return left;
    const bool is_or = node.operation == Operation::LogicalOr;
    if ((left->address != 0) == is_or) return number(is_or);
    const auto right = evaluate(node.operands[1]);
    if (!right) return right;
    return number(right->address != 0);
  }

  Result<ExpressionValue> evaluate_conditional(const Node& node) const {
    const auto condition = evaluate(node.operands[0]);
    if (!condition) return condition;
    return evaluate(node.operands[condition->address != 0 ? 1 : 2]);
  }

  const Expression& expression_;
  const ExpressionEnvironment& environment_;
};

Result<ExpressionValue> Expression::evaluate(const ExpressionEnvironment& environment) const {
  return ExpressionEvaluator(*this, environment).evaluate(static_cast<uint32_t>(nodes_.size() - 1));
}

std::optional<std::string_view> Expression::as_symbol() const {
  if (nodes_.size() != 1 || nodes_[0].operation != Operation::Symbol) return std::nullopt;
  return name_of(nodes_[0]);
}

std::vector<std::string_view> Expression::referenced_symbols() const {
  std::vector<std::string_view> names;
  for (const Node& node : nodes_) {
    if (node.operation == Operation::Symbol) names.push_back(name_of(node));
  }
  return names;
}

}  // namespace xld
