# Builds the files of cases/ into the program.
#
# embed_cases(TARGET): adds to TARGET one generated source that holds every JSON file of cases/ and
# every corpus of cases/data. The assembler includes the files octet for octet (.incbin), so neither
# their length nor their content matters, and a changed file costs one small recompilation.
function(embed_cases target)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/cases
       ${CMAKE_SOURCE_DIR}/cases/*.json ${CMAKE_SOURCE_DIR}/cases/data/*)
  list(FILTER files EXCLUDE REGEX "README|\\.py$")
  list(SORT files COMPARE NATURAL)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded_files.cpp)
  foreach(file IN LISTS files)
    string(MAKE_C_IDENTIFIER embedded_${file} name)
    list(APPEND paths ${CMAKE_SOURCE_DIR}/cases/${file})
    string(APPEND definitions
"asm(\".section .rodata\\n.global ${name}, ${name}_end\\n${name}:\\n\"
    \".incbin \\\"${CMAKE_SOURCE_DIR}/cases/${file}\\\"\\n${name}_end:\\n.byte 0\\n.previous\");
extern \"C\" const char ${name}[];
extern \"C\" const char ${name}_end[];
")
    string(APPEND rows "    {\"${file}\", ${name}, ${name}_end},\n")
  endforeach()
  file(GENERATE OUTPUT ${source} CONTENT
"// Generated from the files of cases/.
#include \"suite/embedded_files.hpp\"

${definitions}
namespace wsgauntlet::suite {
namespace {
const EmbeddedFile kFiles[] = {
${rows}};
}  // namespace
std::span<const EmbeddedFile> embeddedFiles() { return kFiles; }
}  // namespace wsgauntlet::suite
")
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${paths}"
                                                   SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE ${source})
endfunction()
