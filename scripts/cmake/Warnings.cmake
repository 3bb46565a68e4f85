# Warnings of our own code; the presets turn them into errors.
add_library(warnings INTERFACE)
target_compile_options(
  warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion
                     -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align)
# Where files are joined, a local name may shadow one of another file.
if(NOT CMAKE_UNITY_BUILD)
  target_compile_options(warnings INTERFACE -Wshadow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12: on Asio's coroutine frames, and on `"literal" + std::string`.
  target_compile_options(warnings INTERFACE -Wno-mismatched-new-delete -Wno-restrict)
  # A joined file is included by another: g++ takes its anonymous namespace for that of a header.
  target_compile_options(warnings INTERFACE -Wno-subobject-linkage)
endif()
