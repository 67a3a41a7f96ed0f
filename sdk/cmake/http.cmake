# tidemark::http: the transport by libcurl. Left out where libcurl, zlib or the codec is missing.
find_package(CURL 7.66 QUIET)
find_package(ZLIB QUIET)
if(NOT CURL_FOUND OR NOT ZLIB_FOUND OR NOT TARGET tidemark_json)
  message(STATUS "tidemark::http is left out: it needs libcurl >= 7.66, zlib and nlohmann/json")
  return()
endif()

add_library(tidemark_http STATIC
    src/http/faults.cpp
    src/http/gzip.cpp
    src/http/http_transport.cpp
    src/http/quiet_pipe.cpp
    src/http/session.cpp)
add_library(tidemark::http ALIAS tidemark_http)
target_sources(tidemark_http PUBLIC FILE_SET HEADERS BASE_DIRS include FILES
    include/tidemark/http_transport.h)
target_link_libraries(tidemark_http PUBLIC tidemark_core
    PRIVATE tidemark_json CURL::libcurl ZLIB::ZLIB)
tidemark_native_library(http)
