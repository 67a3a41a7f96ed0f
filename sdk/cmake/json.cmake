# tidemark::json: protocol 1 as text. nlohmann/json has the grammar of JSON; it is compiled in, and
# nobody who links this needs it. Left out where it is missing.
find_package(nlohmann_json 3.11 QUIET)
if(NOT nlohmann_json_FOUND)
  message(STATUS "tidemark::json is left out: it needs nlohmann/json >= 3.11")
  return()
endif()

add_library(tidemark_json STATIC
    src/json/canonical.cpp
    src/json/keys.cpp
    src/json/parse.cpp
    src/json/reader.cpp
    src/json/replies.cpp
    src/json/reports.cpp
    src/json/requests.cpp
    src/json/tagged.cpp
    src/json/text.cpp
    src/json/value.cpp
    src/json/writer.cpp)
add_library(tidemark::json ALIAS tidemark_json)
target_link_libraries(tidemark_json PUBLIC tidemark_core
    PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
tidemark_native_library(json)
