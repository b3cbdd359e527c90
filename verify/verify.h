// The verifier as a library: bytes of a file in, violations out.
//
// Ownership: findings own their text. Threads: verify() is a pure function; calls may run at the same time.
#pragma once

#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "verify/rules.h"

namespace xld::verify {

struct Verdict {
  std::vector<Finding> findings;            // empty: nothing to complain about
  std::vector<std::string_view> rules_run;  // names, in order
};

struct RuleName {
  std::string_view name;
  std::string_view description;
};

// An error means that the file is of no format the verifier knows; broken files of a known format have findings.
Result<Verdict> verify(Bytes file, const Settings& settings);

// Every rule of every format, in the order they run.
std::vector<RuleName> list_rules();

}  // namespace xld::verify
