# Warnings of our own code; the presets turn them into errors.
add_library(warnings INTERFACE)
target_compile_options(
  warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                     -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12: on Asio's coroutine frames, and on `"literal" + std::string`.
  target_compile_options(warnings INTERFACE -Wno-mismatched-new-delete -Wno-restrict)
endif()
