// A YAML or JSON text as a tree of maps, lists and texts. Parsed by libyaml; JSON is read as the YAML it is.
//
// Anchors, aliases and merge keys are refused: stubs have none, and they are how small texts become large trees.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "core/arena.h"
#include "core/bytes.h"
#include "core/result.h"

namespace xld::macho {

struct YamlNode {
  enum class Kind : uint8_t { Text, List, Map };

  Kind kind = Kind::Text;
  std::string_view tag;   // "!tapi-tbd", or nothing
  std::string_view text;  // of a Text
  std::vector<YamlNode> items;
  std::vector<std::pair<std::string_view, YamlNode>> entries;  // of a Map, in order

  // The value of a key of a map; nullptr if there is none, or this is no map.
  const YamlNode* find(std::string_view key) const;
  // The text of a key's value, or nothing.
  std::string_view text_of(std::string_view key) const;
};

// One node a document. Texts are kept in `arena`.
Result<std::vector<YamlNode>> parse_yaml(Bytes bytes, Arena& arena);

}  // namespace xld::macho
