# Precompiled headers for the development build: most of the time of a build goes into reading the standard library.
#
# Three sets: what every folder includes; for the upper folders also the model of a link, whose change rebuilds them in
# any case; for the tests of units the test library. The other presets build without, so a file that forgets an include of its own is found there.
set(precompiled_base
    <algorithm> <array> <atomic> <cstdint> <cstring> <deque> <map> <memory> <mutex> <optional> <set> <span> <string>
    <string_view> <tuple> <unordered_map> <utility> <vector> <fmt/core.h>)
set(precompiled_link ${precompiled_base} ${CMAKE_SOURCE_DIR}/formats/format.h)
set(precompiled_tests ${precompiled_base} <gtest/gtest.h>)

# precompile(SET OWNER TARGET...): the owner's precompiled headers, shared with the targets
function(precompile set owner)
  target_precompile_headers(${owner} PRIVATE ${${set}})
  foreach(target ${ARGN})
    get_target_property(type ${target} TYPE)
    if(NOT type STREQUAL INTERFACE_LIBRARY)
      target_precompile_headers(${target} REUSE_FROM ${owner})
    endif()
  endforeach()
endfunction()
