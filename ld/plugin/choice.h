// Which plugins compile the intermediate code of a link: those that the command line names or, for LLVM's, that of the
// LLVM of this machine, which is looked for when the first such file is met. Drivers for ELF name theirs, and a file in
// intermediate code that nobody expected is an error there: without an option for LLVM's plugin none is looked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/options.h"

namespace xld::plugin {

// Plugins of compilers claim nothing but their own intermediate code.
bool is_of_llvm(const PluginOption& plugin);
bool is_of_known_compiler(const PluginOption& plugin);

// What the options name. LLVM's plugin has the options of LLVM's linkers (Options::lto_options) before its own.
std::vector<PluginOption> given_plugins(const Options& options);

// Beside the library that Darwin's driver names, else that of the newest LLVM. Nothing: there is none.
std::optional<PluginOption> find_llvm_plugin(const Options& options);

}  // namespace xld::plugin
