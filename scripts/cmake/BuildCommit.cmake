# Writes OUT, a header with the commit of the tree SOURCE, when it has changed.
cmake_minimum_required(VERSION 3.25)
execute_process(
  COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --match=none
  OUTPUT_VARIABLE commit
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  # A source archive, or a container without the repository.
  set(commit "$ENV{WSGAUNTLET_COMMIT}")
endif()
if(NOT commit)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define WSGAUNTLET_COMMIT \"@commit@\"\n" @ONLY)
