# What a native app adds to the core. Each part is a component of the package; one whose libraries
# are missing is left out, unless TIDEMARK_REQUIRE names it.
set(TIDEMARK_REQUIRE "" CACHE STRING
    "Parts without which the build fails, of: json, client, http, sqlite, testing, c")

# A part's library: without exceptions, its internal headers by their folder. With RTTI, unlike the
# core, in all of them: an app derives from what has virtual functions here, and its own sanitizer
# looks for the types of the objects that it is given.
function(tidemark_native_library name)
  target_include_directories(tidemark_${name} PRIVATE src)
  set_target_properties(tidemark_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_options(tidemark_${name} PRIVATE -fno-exceptions)
  tidemark_warnings(tidemark_${name})
endfunction()

foreach(part json client http sqlite c)
  include(${CMAKE_CURRENT_LIST_DIR}/${part}.cmake)
endforeach()

foreach(part IN LISTS TIDEMARK_REQUIRE)
  if(NOT TARGET tidemark_${part})
    message(FATAL_ERROR "tidemark::${part} is left out, and TIDEMARK_REQUIRE names it")
  endif()
endforeach()
