# Catch2 3: the system's, else what scripts/setup.mjs brought along, else upstream's release.
find_package(Catch2 3 QUIET)
if(NOT Catch2_FOUND)
  set(own_catch2 ${PROJECT_SOURCE_DIR}/.tools/catch2)
  if(EXISTS ${own_catch2}/CMakeLists.txt AND NOT FETCHCONTENT_SOURCE_DIR_CATCH2)
    set(FETCHCONTENT_SOURCE_DIR_CATCH2 ${own_catch2})
  endif()
  include(FetchContent)
  FetchContent_Declare(Catch2
      URL https://github.com/catchorg/Catch2/archive/refs/tags/v3.7.1.tar.gz
      URL_HASH SHA256=c991b247a1a0d7bb9c39aa35faf0fe9e19764213f28ffba3109388e62ee0269c
      SYSTEM)
  FetchContent_MakeAvailable(Catch2)
  # Its own bugs are not what is looked for here: a third of the time to compile.
  target_compile_options(Catch2 PRIVATE -O0 -g0 -fno-sanitize=all)
  # Over a hundred small files, most of each the same headers: a few large ones compile in a fifth of the time.
  set_target_properties(Catch2 PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 30)
  # As the tests, or it leaves out what it prints of a std::string_view.
  target_compile_features(Catch2 PUBLIC cxx_std_20)
  list(APPEND CMAKE_MODULE_PATH ${catch2_SOURCE_DIR}/extras)
endif()
include(Catch)
