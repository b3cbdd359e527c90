// A YAML or JSON text as a tree of maps, lists and texts. Parsed by libyaml; JSON is read as the YAML it is.
//
// Anchors, aliases and merge keys are refused: stubs have none, and they are how small texts become large trees.
#pragma once

#include <string_view>
#include <vector>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/result.h"

namespace xld::macho {

struct YamlNode {
  enum class Kind : uint8_t { Text, List, Map };

  Kind kind = Kind::Text;
  std::string_view tag;         // "!tapi-tbd", or nothing
  std::string_view key;         // of a value in a Map
  std::string_view text;        // of a Text
  std::vector<YamlNode> items;  // of a List or Map, in order

  // The value of the key `name` of a map; nullptr if there is none, or this is no map.
  const YamlNode* find(std::string_view name) const;
  // The text of a key's value, or nothing.
  std::string_view text_of(std::string_view name) const;
};

// One node a document. Texts are kept in `arena`.
Result<std::vector<YamlNode>> parse_yaml(Bytes bytes, Arena& arena);

}  // namespace xld::macho
