# What `cmake --install` and CPack put where. scripts/package builds and checks the packages.
include(GNUInstallDirs)

install(TARGETS wsgauntlet)
# The name that scripts and compose files call the original by.
install(CODE "
  set(bin \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
  file(CREATE_LINK wsgauntlet \"\${bin}/wstest\" SYMBOLIC)
  message(STATUS \"Installing: \${bin}/wstest\")")

set(completions ${CMAKE_SOURCE_DIR}/scripts/completions)
foreach(name wsgauntlet wstest)
  install(
    FILES ${completions}/wsgauntlet.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
    RENAME ${name})
endforeach()
install(FILES ${completions}/_wsgauntlet DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${completions}/wsgauntlet.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY spec/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY cases/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/wsgauntlet)

set(CPACK_GENERATOR TGZ DEB)
if(WSGAUNTLET_STATIC)
  # One file that runs on any Linux needs no package manager.
  set(CPACK_GENERATOR TGZ)
  set(flavour -static)
endif()
set(CPACK_PACKAGE_VENDOR wsgauntlet)
set(CPACK_PACKAGE_CONTACT "wsgauntlet <wsgauntlet@localhost>")
set(CPACK_PACKAGE_FILE_NAME
    wsgauntlet-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}${flavour})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGE_CHECKSUM SHA256)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Conformance fuzzer for WebSocket implementations\n\
 Runs every case of the Autobahn Testsuite against a WebSocket server or client\n\
 and says precisely what it did wrong. A drop-in for wstest.")
include(CPack)
