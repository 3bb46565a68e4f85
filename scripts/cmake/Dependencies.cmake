# The libraries of Debian 12, as SYSTEM targets so that warnings are about our own code.
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(fmt 9 CONFIG REQUIRED)
# Header-only fmt costs two seconds per source file; Debian has no static library of it.
set(FMT fmt::fmt)
if(WSGAUNTLET_STATIC)
  set(FMT fmt::fmt-header-only)
  set(ZLIB_USE_STATIC_LIBS ON)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(utf8cpp 3.2 CONFIG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Threads REQUIRED)

# Debian's Asio has neither a CMake configuration nor a pkg-config file.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(asio INTERFACE)
target_include_directories(asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
target_compile_definitions(asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED)
target_link_libraries(asio INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Asio 1.22 looks for <experimental/coroutine> with clang and libstdc++.
  target_compile_definitions(asio INTERFACE ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17)
    target_compile_options(asio INTERFACE -D__cpp_impl_coroutine=201902L -Wno-builtin-macro-redefined)
  endif()
endif()
