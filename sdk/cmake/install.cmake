# What `cmake --install` installs: the libraries, their public headers, and the packages that
# find_package(tidemark COMPONENTS …) and pkg-config find.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tidemark)

# An export for each part, so that one does not ask for the libraries of another.
set(tidemark_parts "")
foreach(part core json store_logic client testing http sqlite c)
  if(NOT TARGET tidemark_${part})
    continue()
  endif()
  list(APPEND tidemark_parts ${part})
  install(TARGETS tidemark_${part} EXPORT tidemark_${part} FILE_SET HEADERS)
  install(EXPORT tidemark_${part} NAMESPACE tidemark:: FILE tidemark-${part}.cmake
          DESTINATION ${package_dir})
endforeach()
# No header of its own, so not in the header set: result.h and c/types.h include it.
install(FILES include/tidemark/errors.def DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tidemark)

configure_package_config_file(cmake/tidemarkConfig.cmake.in tidemarkConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(tidemarkConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tidemarkConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tidemarkConfigVersion.cmake
        DESTINATION ${package_dir})

# pkg-config: from where a file is to the prefix, so that the tree may be moved. `tidemark` is the C
# API; the parts for C++ are archives, so what they need is required of whoever links them.
file(RELATIVE_PATH pkgconfig_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pkgconfig_to_prefix "${pkgconfig_to_prefix}")
function(tidemark_pkgconfig part name description requires libs)
  if(NOT TARGET tidemark_${part})
    return()
  endif()
  configure_file(cmake/tidemark.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
tidemark_pkgconfig(c tidemark "Sync for the tables of a SQLite file, for C" "" "-ltidemark")
tidemark_pkgconfig(core tidemark-core "The sync engine, without hands" "" "-ltidemark_core")
tidemark_pkgconfig(client tidemark-client "A local database's connection with a hub"
    "tidemark-core" "-ltidemark_client -ltidemark_store_logic -ltidemark_json -pthread")
tidemark_pkgconfig(testing tidemark-testing "A store in memory, for the tests of an app"
    "tidemark-client" "-ltidemark_testing")
tidemark_pkgconfig(sqlite tidemark-sqlite "The store over SQLite"
    "tidemark-client, sqlite3 >= 3.38" "-ltidemark_sqlite")
tidemark_pkgconfig(http tidemark-http "The transport over HTTP"
    "tidemark-client, libcurl >= 7.66, zlib" "-ltidemark_http")
