// Rust's v0 names (RFC 2603): a recursive descent that prints while it reads. See demangle.h.
//
// Back-references make texts grow exponentially, and impl paths are read without being printed; so steps, depth and
// output are all bounded. Names in Punycode are shown undecoded.
#include <array>
#include <fmt/core.h>

#include "core/demangle.h"

namespace xld {

namespace {

constexpr uint32_t kMaxSteps = 20000;
constexpr uint32_t kMaxDepth = 128;
constexpr size_t kMaxOutput = 1 << 16;

constexpr auto kBasicTypes = [] {
  std::array<std::string_view, 26> names{};
  const auto set = [&](char letter, std::string_view name) { names[static_cast<size_t>(letter - 'a')] = name; };
  set('a', "i8"), set('b', "bool"), set('c', "char"), set('d', "f64"), set('e', "str"), set('f', "f32");
  set('h', "u8"), set('i', "isize"), set('j', "usize"), set('l', "i32"), set('m', "u32"), set('n', "i128");
  set('o', "u128"), set('p', "_"), set('s', "i16"), set('t', "u16"), set('u', "()"), set('v', "...");
  set('x', "i64"), set('y', "u64"), set('z', "!");
  return names;
}();

struct Identifier {
  std::string_view name;
  uint64_t disambiguator = 0;
  bool is_punycode = false;
};

class RustDemangler {
 public:
  explicit RustDemangler(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    print_path(true);
    if (!failed_ && !at_end() && peek() != '.' && peek() != '$') {
      is_silent_ = true;  // the crate that instantiated it
      print_path(false);
    }
    if (failed_ || (!at_end() && peek() != '.' && peek() != '$')) return std::nullopt;
    return std::move(output_);
  }

 private:
  // --- Characters and numbers

  bool at_end() const { return position_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[position_]; }
  char take() { return at_end() ? fail(), '\0' : text_[position_++]; }
  bool accept(char c) { return peek() == c && !at_end() ? position_++, true : false; }
  void fail() { failed_ = true; }

  void print(std::string_view text) {
    if (is_silent_) return;
    if (output_.size() + text.size() > kMaxOutput) return fail();
    output_ += text;
  }

  // Digits and letters, then '_'; a lone '_' is 0.
  uint64_t take_base_62() {
    if (accept('_')) return 0;
    uint64_t value = 0;
    while (!failed_ && !accept('_')) {
      const char c = take();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'z' ? c - 'a' + 10
                        : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                               : -1;
      if (digit < 0 || __builtin_mul_overflow(value, uint64_t{62}, &value) ||
          __builtin_add_overflow(value, static_cast<uint64_t>(digit), &value)) {
        return fail(), 0;
      }
    }
    return value + 1;
  }

  uint64_t take_optional_base_62(char tag) { return accept(tag) ? take_base_62() + 1 : 0; }

  Identifier take_identifier() {
    Identifier identifier;
    identifier.disambiguator = take_optional_base_62('s');
    identifier.is_punycode = accept('u');
    uint64_t size = 0;
    if (peek() < '0' || peek() > '9') fail();
    while (!failed_ && peek() >= '0' && peek() <= '9' && size < text_.size()) {
      size = size * 10 + static_cast<uint64_t>(take() - '0');
      if (size == 0) break;
    }
    accept('_');
    if (failed_ || size > text_.size() - position_) return fail(), Identifier();
    identifier.name = text_.substr(position_, size);
    position_ += size;
    return identifier;
  }

  void print_identifier(const Identifier& identifier) {
    print(identifier.is_punycode ? fmt::format("punycode{{{}}}", identifier.name) : std::string(identifier.name));
  }

  // --- Guards

  // Counts a step down and back up; every recursive function holds one.
  class Step {
   public:
    explicit Step(RustDemangler& demangler) : demangler_(demangler) {
      if (++demangler_.steps_ > kMaxSteps || ++demangler_.depth_ > kMaxDepth) demangler_.fail();
    }
    ~Step() { demangler_.depth_--; }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    RustDemangler& demangler_;
  };

  // Reads again what stands at an earlier place.
  template <class Function>
  void follow_back_reference(Function read_there) {
    const size_t own = position_ - 1;
    const uint64_t place = take_base_62();
    if (failed_ || place >= own) return fail();
    const size_t after = position_;
    position_ = place;
    read_there();
    position_ = after;
  }

  // --- Paths

  // In expressions, generic arguments are written after `::`.
  void print_path(bool is_value) {
    const Step step(*this);
    if (failed_) return;
    switch (take()) {
      case 'C':
        return print_identifier(take_identifier());
      case 'N':
        return print_nested(is_value);
      case 'M':
        return skip_impl_path(), print_self(false);
      case 'X':
        return skip_impl_path(), print_self(true);
      case 'Y':
        return print_self(true);
      case 'I':
        return print_generic(is_value);
      case 'B':
        return follow_back_reference([&] { print_path(is_value); });
      default:
        return fail();
    }
  }

  void skip_impl_path() {
    const bool was_silent = is_silent_;
    is_silent_ = true;
    take_optional_base_62('s');
    print_path(false);
    is_silent_ = was_silent;
  }

  void print_self(bool has_trait) {
    print("<");
    print_type();
    if (has_trait) print(" as "), print_path(false);
    print(">");
  }

  // Lower-case namespaces are names like any other; upper-case ones are things without a name of their own.
  void print_nested(bool is_value) {
    const char space = take();
    print_path(is_value);
    const auto identifier = take_identifier();
    if (failed_) return;
    if (space >= 'A' && space <= 'Z') {
      const std::string kind = space == 'C' ? "closure" : space == 'S' ? "shim" : std::string(1, space);
      print(fmt::format("::{{{}{}{}#{}}}", kind, identifier.name.empty() ? "" : ":", identifier.name,
                        identifier.disambiguator));
    } else if (!identifier.name.empty()) {
      print("::");
      print_identifier(identifier);
    }
  }

  void print_generic(bool is_value) {
    print_path(is_value);
    print(is_value ? "::<" : "<");
    print_list([&] { print_generic_argument(); });
    print(">");
  }

  template <class Function>
  size_t print_list(Function print_element) {
    size_t count = 0;
    for (; !failed_ && !accept('E'); count++) {
      if (count != 0) print(", ");
      print_element();
    }
    return count;
  }

  void print_generic_argument() {
    if (accept('L')) return print_lifetime(take_base_62());
    if (accept('K')) return print_constant();
    print_type();
  }

  // --- Types

  void print_type() {
    const Step step(*this);
    if (failed_) return;
    const char tag = peek();
    if (tag >= 'a' && tag <= 'z') {
      position_++;
      const auto name = kBasicTypes[static_cast<size_t>(tag - 'a')];
      return name.empty() ? fail() : print(name);
    }
    if (accept('A')) return print("["), print_type(), print("; "), print_constant(), print("]");
    if (accept('S')) return print("["), print_type(), print("]");
    if (accept('T')) return print_tuple();
    if (accept('R')) return print_reference("&");
    if (accept('Q')) return print_reference("&mut ");
    if (accept('P')) return print("*const "), print_type();
    if (accept('O')) return print("*mut "), print_type();
    if (accept('F')) return print_function();
    if (accept('D')) return print_trait_object();
    if (accept('B')) return follow_back_reference([&] { print_type(); });
    print_path(false);
  }

  void print_tuple() {
    print("(");
    if (print_list([&] { print_type(); }) == 1) print(",");
    print(")");
  }

  void print_reference(std::string_view sign) {
    print("&");
    if (accept('L')) {
      if (const uint64_t lifetime = take_base_62()) print_lifetime(lifetime), print(" ");
    }
    print(sign.substr(1));
    print_type();
  }

  // Lifetimes are counted from the innermost binder outwards, and named from the outermost inwards.
  void print_lifetime(uint64_t index) {
    if (index == 0) return print("'_");
    if (index > bound_lifetimes_) return fail();
    const uint64_t number = bound_lifetimes_ - index;
    print(number < 26 ? fmt::format("'{}", static_cast<char>('a' + number)) : fmt::format("'z{}", number));
  }

  // Returns what to restore at the end of the binder's scope.
  uint64_t open_binder() {
    const uint64_t outer = bound_lifetimes_;
    const uint64_t count = take_optional_base_62('G');
    if (count == 0) return outer;
    if (count > kMaxDepth) return fail(), outer;
    print("for<");
    for (uint64_t i = 0; i < count; i++) {
      if (i != 0) print(", ");
      bound_lifetimes_++;
      print_lifetime(1);
    }
    print("> ");
    return outer;
  }

  void print_function() {
    const uint64_t outer = open_binder();
    if (accept('U')) print("unsafe ");
    if (accept('K')) {
      const auto abi = accept('C') ? Identifier{"C"} : take_identifier();
      print(fmt::format("extern \"{}\" ", abi.name));
    }
    print("fn(");
    print_list([&] { print_type(); });
    print(")");
    if (!accept('u')) print(" -> "), print_type();  // u: the unit type, which is not written
    bound_lifetimes_ = outer;
  }

  void print_trait_object() {
    print("dyn ");
    const uint64_t outer = open_binder();
    for (bool is_first = true; !failed_ && !accept('E'); is_first = false) {
      if (!is_first) print(" + ");
      print_bound();
    }
    bound_lifetimes_ = outer;
    if (!accept('L')) return fail();
    if (const uint64_t lifetime = take_base_62()) print(" + "), print_lifetime(lifetime);
  }

  // A trait whose associated types, if any, go into its list of generic arguments.
  void print_bound() {
    print_path(false);
    if (peek() != 'p') return;
    const bool has_list = !is_silent_ && output_.ends_with('>');
    if (has_list) output_.pop_back();
    for (bool is_first = !has_list; !failed_ && accept('p'); is_first = false) {
      print(is_first ? "<" : ", ");
      print_identifier(take_identifier());
      print(" = ");
      print_type();
    }
    print(">");
  }

  // --- Constants: integers, booleans and characters; others are not used on stable Rust.

  void print_constant() {
    const Step step(*this);
    if (failed_) return;
    if (accept('B')) return follow_back_reference([&] { print_constant(); });
    const char type = take();
    if (type == 'p') return print("_");
    const bool is_negative = accept('n');
    const size_t begin = position_;
    while (!failed_ && peek() != '_') {
      if (const char c = take(); !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) fail();
    }
    const auto digits = text_.substr(begin, position_ - begin);
    if (failed_ || !accept('_')) return fail();
    print_constant_value(type, is_negative, digits);
  }

  void print_constant_value(char type, bool is_negative, std::string_view digits) {
    constexpr std::string_view kIntegers = "ahijlmnostxy";
    if (digits.size() > 16) return print(fmt::format("{}0x{}", is_negative ? "-" : "", digits));
    uint64_t value = 0;
    for (const char c : digits) value = value * 16 + static_cast<uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    if (kIntegers.find(type) != kIntegers.npos) return print(fmt::format("{}{}", is_negative ? "-" : "", value));
    if (type == 'b' && value <= 1) return print(value ? "true" : "false");
    if (type != 'c') return fail();
    const bool is_plain = value >= ' ' && value <= '~' && value != '\'' && value != '\\';
    print(is_plain ? fmt::format("'{}'", static_cast<char>(value)) : fmt::format("'\\u{{{:x}}}'", value));
  }

  std::string_view text_;
  size_t position_ = 0;
  std::string output_;
  uint64_t bound_lifetimes_ = 0;
  uint32_t steps_ = 0;
  uint32_t depth_ = 0;
  bool is_silent_ = false;
  bool failed_ = false;
};

}  // namespace

// Back-references count from the byte after "_R".
std::optional<std::string> demangle_rust(std::string_view name) {
  if (!name.starts_with("_R")) return std::nullopt;
  return RustDemangler(name.substr(2)).run();
}

}  // namespace xld
