// Looking options up in a dialect's table. See flags.h.
#include "formats/flags.h"

#include <algorithm>
#include <fmt/core.h>

#include "core/suggest.h"

namespace xld {
namespace {

const OptionName* find_name(const OptionTable& table, std::string_view name) {
  const auto found = std::ranges::lower_bound(table.names, name, {}, &OptionName::name);
  return found != table.names.end() && found->name == name ? &*found : nullptr;
}

bool permits_dashes(const OptionName& entry, size_t dashes) {
  if (entry.needs_one_dash()) return dashes == 1;
  return dashes != 1 || !entry.needs_two_dashes();
}

// The row of `name` as it stands, or of NAME if `name` is no-NAME and the row may be negated.
std::optional<OptionMatch> match_whole(const OptionTable& table, std::string_view name, size_t dashes) {
  if (const OptionName* entry = find_name(table, name); entry && permits_dashes(*entry, dashes)) {
    return OptionMatch{.entry = entry, .spelling = {}, .value = {}, .is_on = true};
  }
  for (const size_t length : {3, 2}) {
    if (name.size() <= length) continue;
    const OptionName* entry = find_name(table, name.substr(length));
    if (entry && !entry->negation.empty() && entry->negation == name.substr(0, length)) {
      return OptionMatch{.entry = entry, .spelling = {}, .value = {}, .is_on = false};
    }
  }
  return std::nullopt;
}

bool takes_rest_of_word(const OptionName& entry) {
  const ValueKind kind = entry.row->value;
  if (kind == ValueKind::Joined) return true;
  return entry.needs_one_dash() && (kind == ValueKind::Required || kind == ValueKind::Optional);
}

// A name with its value glued to it: -lm, -O2, --lto-O3. The longest name wins.
std::optional<OptionMatch> match_joined(const OptionTable& table, std::string_view body, size_t dashes) {
  for (size_t length = body.size() - 1; length > 0; length--) {
    const OptionName* entry = find_name(table, body.substr(0, length));
    if (!entry || !permits_dashes(*entry, dashes)) continue;
    if (!takes_rest_of_word(*entry)) continue;
    return OptionMatch{.entry = entry, .spelling = {}, .value = body.substr(length), .is_on = true};
  }
  return std::nullopt;
}

// The only option whose name begins like the word.
std::optional<OptionMatch> match_beginning(const OptionTable& table, std::string_view word) {
  constexpr size_t kDashes = 2, kShortest = 4;
  if (!word.starts_with("--")) return std::nullopt;
  const size_t end = std::min(word.find('='), word.size());
  const std::string_view name = word.substr(kDashes, end - kDashes);
  if (name.size() < kShortest) return std::nullopt;
  std::optional<OptionMatch> match;
  for (const OptionName& entry : table.names) {
    const bool is_on = entry.name.starts_with(name);
    const std::string_view negation = entry.negation;
    const bool is_off = !is_on && !negation.empty() && name.starts_with(negation) &&
                        entry.name.starts_with(name.substr(negation.size()));
    if (!is_on && !is_off) continue;
    if (match && (match->entry->row != entry.row || match->is_on != is_on)) return std::nullopt;
    match = OptionMatch{.entry = &entry, .spelling = word.substr(0, end), .value = {}, .is_on = is_on};
  }
  if (match && end != word.size()) match->value = word.substr(end + 1);
  return match;
}

}  // namespace

std::optional<OptionMatch> find_option(const OptionTable& table, std::string_view word) {
  const size_t dashes = word.starts_with("--") ? 2 : word.starts_with('-') ? 1 : 0;
  const std::string_view body = word.substr(dashes);
  if (body.empty()) return std::nullopt;

  const size_t equals = body.find('=');
  auto match = match_whole(table, body.substr(0, equals), dashes);
  // What follows a letter is its value as it stands: -L=lib is the directory "=lib", in the sysroot.
  if (match && equals != body.npos && match->entry->needs_one_dash()) match.reset();
  if (match && equals != body.npos) match->value = body.substr(equals + 1);
  if (!match) match = match_joined(table, body, dashes);
  if (match) match->spelling = word.substr(0, match->value ? word.size() - match->value->size() : word.size());
  if (match && match->spelling.ends_with('=')) match->spelling.remove_suffix(1);
  return match;
}

std::optional<OptionMatch> find_option(const Dialect& dialect, std::string_view word) {
  auto usual = find_option(dialect.options, word);
  auto preferred = find_option(dialect.preferred, word);
  const bool is_preferred = preferred && (!usual || preferred->entry->name.size() >= usual->entry->name.size());
  if (is_preferred || usual || !dialect.has_abbreviations) return is_preferred ? preferred : usual;
  return match_beginning(dialect.options, word);
}

std::string suggest_option(const OptionTable& table, std::string_view word) {
  const size_t dashes = std::min(word.find_first_not_of('-'), word.size());
  const std::string_view name = word.substr(dashes, word.find('=') - dashes);
  const auto suggest = [&](std::string_view known) {
    const auto match = match_whole(table, known, 0);
    const std::string_view spelling = match ? match->entry->spelling : "--";
    return fmt::format(", did you mean '{}{}'", spelling.substr(0, spelling.find_first_not_of('-')), known);
  };
  const bool has_too_many_dashes = dashes > 2 && match_whole(table, name, 0);
  if (has_too_many_dashes) return suggest(name);
  // --no-NAME is not in the table, and of all words only the nearest is worth spelling out.
  std::vector<std::string> negations;
  for (const OptionName& entry : table.names) {
    if (!entry.negation.empty()) negations.push_back(fmt::format("{}{}", entry.negation, entry.name));
  }
  Suggestion suggestion(name);
  for (const OptionName& entry : table.names) {
    if (entry.effect != Effect::NotYet) suggestion.consider(entry.name);
  }
  for (const std::string& negation : negations) suggestion.consider(negation);
  const auto best = suggestion.best();
  return best ? suggest(*best) : std::string();
}

void apply_option(OptionContext& context, const OptionMatch& match, const OptionUse& use) {
  const OptionRow& row = *match.entry->row;
  // --no-NAME of something that is not there asks for nothing.
  if (match.entry->effect == Effect::NotYet && use.is_on) {
    context.error(fmt::format("{} is not supported yet: {}", use.spelling, row.help));
  }
  if (row.apply) row.apply(context, use);
}

void OptionContext::add_input(InputKind kind, std::string_view name) {
  InputOption input = following;
  input.kind = kind;
  input.name = name;
  options.inputs.push_back(std::move(input));
}

}  // namespace xld
