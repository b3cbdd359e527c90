// Parsing expressions. See expression.h.
//
// Precedence climbing over a table of operators; functions are a table, too. Numbers follow GNU ld: 0x1f, $1f, 017,
// 1fh, 17o, 101b, 31d, and the suffixes K and M. A function's name is special before `(` only, so a symbol may be named
// MAX.
#include <algorithm>
#include <fmt/core.h>

#include "ld/expression.h"

namespace xld {

namespace {

using Operation = Expression::Operation;

constexpr uint16_t kMaxDepth = 256;  // of nesting, and of the tree: a sum of n terms is n deep
constexpr uint32_t kMaxText = 1 << 20;

struct BinaryOperator {
  std::string_view text;
  uint8_t precedence;
  Operation operation;
};

// Two-character operators first: the first match is taken.
constexpr BinaryOperator kBinaryOperators[] = {
    {"||", 1, Operation::LogicalOr},  {"&&", 2, Operation::LogicalAnd}, {"==", 6, Operation::Equal},
    {"!=", 6, Operation::NotEqual},   {"<=", 7, Operation::LessEqual},  {">=", 7, Operation::GreaterEqual},
    {"<<", 8, Operation::ShiftLeft},  {">>", 8, Operation::ShiftRight}, {"|", 3, Operation::Or},
    {"^", 4, Operation::ExclusiveOr}, {"&", 5, Operation::And},         {"<", 7, Operation::Less},
    {">", 7, Operation::Greater},     {"+", 9, Operation::Add},         {"-", 9, Operation::Subtract},
    {"*", 10, Operation::Multiply},   {"/", 10, Operation::Divide},     {"%", 10, Operation::Remainder},
};

enum class Arguments : uint8_t { One, Two, OneOrTwo, Name, ConstantName, NotSupported };

struct Function {
  std::string_view name;
  Arguments arguments;
  Operation operation = Operation::Number;
};

constexpr Function kFunctions[] = {
    {"ABSOLUTE", Arguments::One, Operation::Absolute},
    {"ADDR", Arguments::Name, Operation::AddressOf},
    {"ALIGN", Arguments::OneOrTwo, Operation::Align},
    {"ALIGNOF", Arguments::Name, Operation::AlignmentOf},
    {"BLOCK", Arguments::One, Operation::AlignLocation},
    {"CONSTANT", Arguments::ConstantName},
    {"DEFINED", Arguments::Name, Operation::Defined},
    {"LOADADDR", Arguments::Name, Operation::LoadAddressOf},
    {"LOG2CEIL", Arguments::One, Operation::Log2Ceiling},
    {"MAX", Arguments::Two, Operation::Maximum},
    {"MIN", Arguments::Two, Operation::Minimum},
    {"SIZEOF", Arguments::Name, Operation::SizeOf},
    {"ASSERT", Arguments::NotSupported},
    {"DATA_SEGMENT_ALIGN", Arguments::NotSupported},
    {"DATA_SEGMENT_END", Arguments::NotSupported},
    {"DATA_SEGMENT_RELRO_END", Arguments::NotSupported},
    {"LENGTH", Arguments::NotSupported},
    {"NEXT", Arguments::NotSupported},
    {"ORIGIN", Arguments::NotSupported},
    {"SEGMENT_START", Arguments::NotSupported},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Bytes above ASCII belong to UTF-8 names.
bool is_name_start(char c) {
  return is_letter(c) || static_cast<uint8_t>(c) >= 0x80 || c == '_' || c == '.' || c == '$';
}
bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c) || c == '@';
}

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

struct NumberForm {
  std::string_view digits;
  uint32_t base = 10;
  uint64_t factor = 1;
};

uint32_t base_of_suffix(char suffix) {
  switch (to_lower(suffix)) {
    case 'h':
    case 'x':
      return 16;
    case 'o':
      return 8;
    case 'b':
      return 2;
    case 'd':
      return 10;
    default:
      return 0;
  }
}

NumberForm take_number_apart(std::string_view text) {
  NumberForm form{text};
  const bool has_prefix = text[0] == '$' || (text.size() > 2 && text[0] == '0' && to_lower(text[1]) == 'x');
  const char suffix = to_lower(text.back());
  if (suffix == 'k' || suffix == 'm') {
    form.factor = suffix == 'k' ? 1 << 10 : 1 << 20;
    form.digits.remove_suffix(1);
  }
  if (has_prefix) {
    form.digits.remove_prefix(text[0] == '$' ? 1 : 2);
    form.base = 16;
  } else if (const uint32_t base = base_of_suffix(text.back()); base != 0 && text.size() > 1) {
    form.digits.remove_suffix(1);
    form.base = base;
  } else if (text[0] == '0') {
    form.base = 8;
  }
  return form;
}

std::optional<uint64_t> parse_number(std::string_view text) {
  const NumberForm form = take_number_apart(text);
  if (form.digits.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : form.digits) {
    const auto digit = static_cast<uint32_t>(digit_value(c));
    if (digit >= form.base || __builtin_mul_overflow(value, form.base, &value) ||
        __builtin_add_overflow(value, digit, &value)) {
      return std::nullopt;
    }
  }
  if (__builtin_mul_overflow(value, form.factor, &value)) return std::nullopt;
  return value;
}

}  // namespace

// Functions return the index of the node they made; after an error, which stays in error_, anything.
class ExpressionParser {
 public:
  using Node = Expression::Node;

  explicit ExpressionParser(std::string_view text) { expression_.text_ = text; }

  Result<Expression> parse() {
    if (text().size() > kMaxText) return Error{"the expression is too long"};
    parse_conditional();
    skip_blanks();
    if (position_ < text().size()) fail(fmt::format("expected an operator, found '{}'", text()[position_]));
    if (!error_.empty()) return Error{error_};
    return std::move(expression_);
  }

 private:
  std::string_view text() const { return expression_.text_; }
  bool failed() const { return !error_.empty(); }

  void fail_at(size_t position, std::string_view problem) {
    if (error_.empty()) error_ = fmt::format("column {}: {}", position + 1, problem);
  }
  void fail(std::string_view problem) { fail_at(position_, problem); }

  void skip_blanks() {
    while (position_ < text().size() && is_blank(text()[position_])) position_++;
  }

  bool accept(char c) {
    skip_blanks();
    if (position_ >= text().size() || text()[position_] != c) return false;
    position_++;
    return true;
  }

  void expect(char c, std::string_view where) {
    if (!accept(c)) fail(fmt::format("expected '{}' {}", c, where));
  }

  uint32_t add(Node node) {
    const uint32_t none = node.operation < Operation::Negate ? 0 : 1;
    if (none != 0 && !failed()) {
      for (const uint32_t operand : node.operands) {
        node.depth = std::max<uint16_t>(node.depth, static_cast<uint16_t>(expression_.nodes_[operand].depth + 1));
      }
    }
    if (node.depth > kMaxDepth) fail("the expression is too deep");
    expression_.nodes_.push_back(node);
    return static_cast<uint32_t>(expression_.nodes_.size() - 1);
  }

  uint32_t add_leaf(Operation operation, size_t column, uint64_t number = 0) {
    Node node;
    node.operation = operation;
    node.column = static_cast<uint32_t>(column);
    node.number = number;
    return add(node);
  }

  uint32_t add_named(Operation operation, size_t column, size_t name_begin, size_t name_size) {
    Node node;
    node.operation = operation;
    node.column = static_cast<uint32_t>(column);
    node.name_begin = static_cast<uint32_t>(name_begin);
    node.name_size = static_cast<uint32_t>(name_size);
    return add(node);
  }

  // Unused operands repeat the first one.
  uint32_t add_operation(Operation operation, size_t column, uint32_t first, uint32_t second, uint32_t third) {
    Node node;
    node.operation = operation;
    node.column = static_cast<uint32_t>(column);
    node.operands[0] = first;
    node.operands[1] = second;
    node.operands[2] = third;
    return add(node);
  }

  uint32_t parse_conditional() {
    if (++nesting_ > kMaxDepth) fail("the expression is nested too deeply");
    const uint32_t result = failed() ? 0 : parse_conditional_body();
    nesting_--;
    return result;
  }

  uint32_t parse_conditional_body() {
    const uint32_t condition = parse_binary(1);
    const size_t column = position_;
    if (failed() || !accept('?')) return condition;
    const uint32_t if_true = parse_conditional();
    expect(':', "after the second operand of '?'");
    const uint32_t if_false = parse_conditional();
    if (failed()) return 0;
    return add_operation(Operation::Conditional, column, condition, if_true, if_false);
  }

  const BinaryOperator* peek_operator() {
    skip_blanks();
    const auto rest = text().substr(position_);
    for (const auto& candidate : kBinaryOperators) {
      if (rest.starts_with(candidate.text)) return &candidate;
    }
    return nullptr;
  }

  // All binary operators group from the left.
  uint32_t parse_binary(uint8_t least_precedence) {
    uint32_t left = parse_unary();
    while (!failed()) {
      const BinaryOperator* found = peek_operator();
      if (!found || found->precedence < least_precedence) break;
      const size_t column = position_;
      position_ += found->text.size();
      const uint32_t right = parse_binary(static_cast<uint8_t>(found->precedence + 1));
      if (failed()) break;
      left = add_operation(found->operation, column, left, right, left);
    }
    return left;
  }

  uint32_t parse_unary() {
    if (++nesting_ > kMaxDepth) fail("the expression is nested too deeply");
    const uint32_t result = failed() ? 0 : parse_unary_body();
    nesting_--;
    return result;
  }

  uint32_t parse_unary_body() {
    skip_blanks();
    const size_t column = position_;
    if (accept('+')) return parse_unary();
    const auto operation = accept('-')   ? Operation::Negate
                           : accept('~') ? Operation::Complement
                           : accept('!') ? Operation::Not
                                         : Operation::Number;
    if (operation == Operation::Number) return parse_primary();
    const uint32_t operand = parse_unary();
    if (failed()) return 0;
    return add_operation(operation, column, operand, operand, operand);
  }

  uint32_t parse_primary() {
    if (accept('(')) {
      const uint32_t inner = parse_conditional();
      expect(')', "to close the parenthesis");
      return inner;
    }
    skip_blanks();
    const size_t column = position_;
    if (accept('"')) return parse_quoted_symbol(column);
    const auto word = take_word();
    if (word.empty()) {
      fail("expected a number, a symbol or '('");
      return 0;
    }
    if (is_number(word)) return parse_number_leaf(word, column);
    if (word == ".") return add_leaf(Operation::Location, column);
    if (word == "SIZEOF_HEADERS" || word == "sizeof_headers") return add_leaf(Operation::SizeOfHeaders, column);
    if (const auto* function = find_function(word)) return parse_function(*function, column);
    return add_named(Operation::Symbol, column, column, word.size());
  }

  uint32_t parse_quoted_symbol(size_t column) {
    const size_t end = text().find('"', position_);
    if (end == text().npos || end == position_) {
      fail_at(column, end == position_ ? "the symbol between the quotes has no name" : "this quote is not closed");
      return 0;
    }
    const size_t begin = position_;
    position_ = end + 1;
    return add_named(Operation::Symbol, column, begin, end - begin);
  }

  std::string_view take_word() {
    const size_t begin = position_;
    while (position_ < text().size() && is_name_part(text()[position_])) position_++;
    return text().substr(begin, position_ - begin);
  }

  // `$ff` is a number and `$fg` a symbol.
  static bool is_number(std::string_view word) {
    if (is_digit(word[0])) return true;
    return word[0] == '$' && word.size() > 1 && parse_number(word).has_value();
  }

  uint32_t parse_number_leaf(std::string_view word, size_t column) {
    const auto value = parse_number(word);
    if (!value) fail_at(column, fmt::format("{} is not a number of 64 bits", word));
    return add_leaf(Operation::Number, column, value.value_or(0));
  }

  const Function* find_function(std::string_view word) {
    skip_blanks();
    if (position_ >= text().size() || text()[position_] != '(') return nullptr;
    const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                     [&](const Function& function) { return function.name == word; });
    return found == std::end(kFunctions) ? nullptr : found;
  }

  uint32_t parse_function(const Function& function, size_t column) {
    expect('(', "after the function's name");
    if (function.arguments == Arguments::NotSupported) {
      fail_at(column, fmt::format("{} is not supported here", function.name));
      return 0;
    }
    if (function.arguments == Arguments::Name) return parse_name_argument(function, column);
    if (function.arguments == Arguments::ConstantName) return parse_constant(column);
    return parse_value_arguments(function, column);
  }

  uint32_t parse_value_arguments(const Function& function, size_t column) {
    const uint32_t first = parse_conditional();
    const bool may_have_two = function.arguments != Arguments::One;
    const bool has_two = !failed() && may_have_two && accept(',');
    if (function.arguments == Arguments::Two && !has_two) {
      fail(fmt::format("expected ',' and the second argument of {}", function.name));
    }
    const uint32_t second = has_two ? parse_conditional() : first;
    expect(')', fmt::format("after the arguments of {}", function.name));
    if (failed()) return 0;
    const bool aligns_location = function.operation == Operation::Align && !has_two;
    return add_operation(aligns_location ? Operation::AlignLocation : function.operation, column, first, second, first);
  }

  // A section or symbol: anything up to the parenthesis, so `.note.gnu-build-id` needs no quotes.
  uint32_t parse_name_argument(const Function& function, size_t column) {
    skip_blanks();
    size_t begin = position_;
    size_t end = text().find(')', begin);
    if (accept('"')) {
      begin = position_;
      end = text().find('"', begin);
      position_ = end == text().npos ? position_ : end + 1;
    } else if (end != text().npos) {
      position_ = end;
      while (end > begin && is_blank(text()[end - 1])) end--;
    }
    if (end == text().npos || end == begin) fail(fmt::format("expected a name and ')' after {}(", function.name));
    if (!failed()) expect(')', fmt::format("after the name in {}", function.name));
    return add_named(function.operation, column, begin, end - begin);
  }

  uint32_t parse_constant(size_t column) {
    skip_blanks();
    const auto name = take_word();
    if (name != "MAXPAGESIZE" && name != "COMMONPAGESIZE") fail("expected MAXPAGESIZE or COMMONPAGESIZE");
    expect(')', "after the constant's name");
    return add_leaf(name == "MAXPAGESIZE" ? Operation::MaxPageSize : Operation::CommonPageSize, column);
  }

  Expression expression_;
  size_t position_ = 0;
  uint32_t nesting_ = 0;
  std::string error_;
};

Result<Expression> Expression::parse(std::string_view text) {
  return ExpressionParser(text).parse();
}

}  // namespace xld
