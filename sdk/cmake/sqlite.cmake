# tidemark::sqlite: the store over SQLite. Its statements are those of the TypeScript store: a header
# is made of sdk/src/sqlite/sql whenever they change. Left out where a library is missing.
find_package(SQLite3 3.38 QUIET)
if(NOT SQLite3_FOUND OR NOT TARGET tidemark_json OR NOT TARGET tidemark_store_logic)
  message(STATUS "tidemark::sqlite is left out: it needs SQLite >= 3.38 and tidemark::json")
  return()
endif()

# Writes `target`: a string constant for each statement (`-- @ name`), without comments.
function(tidemark_sql_header target)
  set(all "")
  foreach(file IN LISTS ARGN)
    file(READ ${file} text)
    string(FIND "${text}" "-- @ " first)
    string(SUBSTRING "${text}" ${first} -1 text)
    string(APPEND all "\n${text}")
  endforeach()
  string(REGEX REPLACE "\n-- @ ([a-z_]+)" "\n)~\";\ninline constexpr std::string_view \\1 = R\"~("
         all "${all}")
  string(REGEX REPLACE "([ \t\n])-- [^\n]*" "\\1" all "${all}")
  string(REGEX REPLACE "[ \t]+\n" "\n" all "${all}")
  string(REGEX REPLACE "\n\n+" "\n" all "${all}")
  # What closes the literal before the first one.
  string(FIND "${all}" "inline" first)
  string(SUBSTRING "${all}" ${first} -1 all)
  string(CONCAT all "// Made from sdk/src/sqlite/sql by sdk/cmake/sqlite.cmake.\n#pragma once\n"
         "#include <string_view>\nnamespace tidemark::sqlite::sql {\n" "${all}"
         ")~\";\n}  // namespace tidemark::sqlite::sql\n")
  file(WRITE ${target}.new "${all}")
  file(COPY_FILE ${target}.new ${target} ONLY_IF_DIFFERENT)
endfunction()

set(sql_folder ${CMAKE_CURRENT_BINARY_DIR}/sqlite)
file(GLOB sql_files CONFIGURE_DEPENDS src/sqlite/sql/*.sql)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sql_files})
file(MAKE_DIRECTORY ${sql_folder}/sqlite)
tidemark_sql_header(${sql_folder}/sqlite/sql.h ${sql_files})

add_library(tidemark_sqlite STATIC
    src/sqlite/column_values.cpp
    src/sqlite/commit.cpp
    src/sqlite/database.cpp
    src/sqlite/errors.cpp
    src/sqlite/keys.cpp
    src/sqlite/letters.cpp
    src/sqlite/local.cpp
    src/sqlite/log.cpp
    src/sqlite/log_settle.cpp
    src/sqlite/move.cpp
    src/sqlite/open.cpp
    src/sqlite/outbox.cpp
    src/sqlite/page.cpp
    src/sqlite/reading.cpp
    src/sqlite/renumber.cpp
    src/sqlite/rows.cpp
    src/sqlite/scan.cpp
    src/sqlite/schema.cpp
    src/sqlite/session.cpp
    src/sqlite/stamps.cpp
    src/sqlite/state.cpp
    src/sqlite/store.cpp
    src/sqlite/tables.cpp
    src/sqlite/texts.cpp
    src/sqlite/texts_read.cpp
    src/sqlite/unrecorded.cpp)
add_library(tidemark::sqlite ALIAS tidemark_sqlite)
target_sources(tidemark_sqlite PUBLIC FILE_SET HEADERS BASE_DIRS include FILES
    include/tidemark/sqlite_store.h)
target_include_directories(tidemark_sqlite PRIVATE ${sql_folder})
target_link_libraries(tidemark_sqlite PUBLIC tidemark_core SQLite::SQLite3
    PRIVATE tidemark_json tidemark_store_logic)
tidemark_native_library(sqlite)
