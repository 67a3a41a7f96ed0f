# Warnings for our own sources: never passed on to users.
function(tidemark_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
      # In Clang a part of -Wconversion, in GCC not: both are to complain of the same.
      -Wno-sign-conversion
      # In Clang's eyes libstdc++ 12 uses what it calls deprecated itself (std::stable_sort).
      $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)
  if(TIDEMARK_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
