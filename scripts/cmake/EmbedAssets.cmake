# embed_assets(LAYER): adds to the library of a layer one generated source that holds every file of
# its assets/, octet for octet (.incbin), and defines LAYER::asset of LAYER/assets.hpp.
function(embed_assets layer)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/assets
       ${CMAKE_CURRENT_SOURCE_DIR}/assets/*)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded_assets.cpp)
  foreach(file IN LISTS files)
    set(path ${CMAKE_CURRENT_SOURCE_DIR}/assets/${file})
    string(MAKE_C_IDENTIFIER ${layer}_asset_${file} name)
    list(APPEND paths ${path})
    string(APPEND definitions
"asm(\".section .rodata\\n.global ${name}, ${name}_end\\n${name}:\\n\"
    \".incbin \\\"${path}\\\"\\n${name}_end:\\n.byte 0\\n.previous\");
extern \"C\" const char ${name}[];
extern \"C\" const char ${name}_end[];
")
    string(APPEND rows
           "  if (name == \"${file}\") return std::string_view(${name}, ${name}_end);\n")
  endforeach()
  file(GENERATE OUTPUT ${source} CONTENT
"// Generated from the files of src/${layer}/assets.
#include \"${layer}/assets.hpp\"

${definitions}
namespace wsgauntlet::${layer} {
std::string_view asset(std::string_view name) {
${rows}  return {};
}
}  // namespace wsgauntlet::${layer}
")
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${paths}"
                                                   SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(wsg_${layer} PRIVATE ${source})
endfunction()
