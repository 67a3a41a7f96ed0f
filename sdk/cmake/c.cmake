# tidemark::c: the C API (tidemark.h) as a shared library with all parts inside, of which nothing
# but the API shows. Left out where a part is.
if(NOT TARGET tidemark_sqlite OR NOT TARGET tidemark_http OR NOT TARGET tidemark_client)
  message(STATUS "tidemark::c is left out: it needs tidemark::sqlite and tidemark::http")
  return()
endif()

add_library(tidemark_c SHARED
    src/c/commands.cpp
    src/c/errors.cpp
    src/c/listeners.cpp
    src/c/open.cpp)
add_library(tidemark::c ALIAS tidemark_c)
set_target_properties(tidemark_c PROPERTIES EXPORT_NAME c OUTPUT_NAME tidemark
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_sources(tidemark_c PUBLIC FILE_SET HEADERS BASE_DIRS include FILES
    include/tidemark.h
    include/tidemark/c/types.h)
target_include_directories(tidemark_c PRIVATE src)
target_compile_features(tidemark_c PRIVATE cxx_std_20)
target_compile_definitions(tidemark_c PRIVATE TIDEMARK_VERSION="${PROJECT_VERSION}")
target_link_libraries(tidemark_c
    PRIVATE tidemark_client tidemark_sqlite tidemark_http tidemark_json)
# With exceptions, unlike the rest: so that `noexcept` holds for what a callback or the standard
# library throws.
set(c_symbols ${CMAKE_CURRENT_SOURCE_DIR}/src/c/symbols.map)
if(NOT APPLE)
  target_link_options(tidemark_c PRIVATE LINKER:--version-script=${c_symbols})
  set_target_properties(tidemark_c PROPERTIES LINK_DEPENDS ${c_symbols})
endif()
tidemark_warnings(tidemark_c)
