# What `cmake --install` lays out, and the same names in the build folder so that it can be used without installing.
#
#   bin/xld            the linker; by the names ld.xld and ld64.xld it speaks GNU ld's and Darwin's options
#   bin/xld-verify     the checker, if it was built
#   libexec/xld/ld     a folder for `gcc -B`: gcc runs the program called "ld" in it
#   include/xld/dynimport.h                               for objects that import names; see docs/imports.md
#   include/xld/slots.h         for programs: runtime slots (docs/targets.md)
#   lib/libxld.a, include/xld/, lib/pkgconfig/xld.pc      the linker as a library
include(GNUInstallDirs)

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/libexec/xld)
file(CREATE_LINK ../../xld ${CMAKE_BINARY_DIR}/libexec/xld/ld SYMBOLIC)
file(CREATE_LINK xld ${CMAKE_BINARY_DIR}/ld.xld SYMBOLIC)
file(CREATE_LINK xld ${CMAKE_BINARY_DIR}/ld64.xld SYMBOLIC)

install(TARGETS xld RUNTIME)
install(FILES ${CMAKE_BINARY_DIR}/ld.xld ${CMAKE_BINARY_DIR}/ld64.xld DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET xld-verify)
  install(TARGETS xld-verify RUNTIME)
endif()

# A link needs a relative way from libexec/xld to bin.
file(RELATIVE_PATH linker /prefix/${CMAKE_INSTALL_LIBEXECDIR}/xld /prefix/${CMAKE_INSTALL_BINDIR}/xld)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/install)
file(CREATE_LINK ${linker} ${CMAKE_BINARY_DIR}/install/ld SYMBOLIC)
install(FILES ${CMAKE_BINARY_DIR}/install/ld DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/xld)

install(TARGETS xld_library ARCHIVE)
install(FILES include/xld/slots.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xld)
install(FILES ld/xld.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xld/ld)
install(FILES include/xld/dynimport.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xld)
foreach(header bytes diagnostics file_system ids options report_sink result target)
  install(FILES core/${header}.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/xld/core)
endforeach()
file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/xld.pc.in ${CMAKE_BINARY_DIR}/install/xld.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/install/xld.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
