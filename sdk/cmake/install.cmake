# What `cmake --install` installs: the library, its public headers, and the package that
# find_package(tidemark COMPONENTS core) finds.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tidemark)

install(TARGETS tidemark_core EXPORT tidemark FILE_SET HEADERS)
# No header of its own, so not in the header set: result.h includes it.
install(FILES include/tidemark/errors.def DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tidemark)
install(EXPORT tidemark NAMESPACE tidemark:: FILE tidemarkTargets.cmake DESTINATION ${package_dir})

configure_package_config_file(cmake/tidemarkConfig.cmake.in tidemarkConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(tidemarkConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tidemarkConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/tidemarkConfigVersion.cmake
        DESTINATION ${package_dir})
