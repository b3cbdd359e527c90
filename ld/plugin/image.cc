// The plugin host's executable as a constant of the linker. The build makes it first and names it XLD_PLUGIN_HOST.
#include "ld/plugin/process.h"

asm(".pushsection .rodata.plugin_host, \"a\", @progbits\n"
    ".hidden xld_plugin_host_begin\n"
    ".globl xld_plugin_host_begin\n"
    "xld_plugin_host_begin:\n"
    ".incbin \"" XLD_PLUGIN_HOST
    "\"\n"
    ".hidden xld_plugin_host_end\n"
    ".globl xld_plugin_host_end\n"
    "xld_plugin_host_end:\n"
    ".popsection\n");

extern "C" const uint8_t xld_plugin_host_begin[];
extern "C" const uint8_t xld_plugin_host_end[];

namespace xld::plugin {

Bytes host_image() {
  return {xld_plugin_host_begin, xld_plugin_host_end};
}

}  // namespace xld::plugin
