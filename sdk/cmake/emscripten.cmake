# The toolchain file of the wasm presets: finds Emscripten's own. First what scripts/setup.mjs
# brought along (it does so only where there is no recent emcc on PATH), then the emcc on PATH.
set(own_emscripten ${CMAKE_CURRENT_LIST_DIR}/../../.tools/emscripten/usr/share/emscripten)
if(EXISTS ${own_emscripten}/emcc)
  cmake_path(NORMAL_PATH own_emscripten)
  set(EMSCRIPTEN_ROOT_PATH ${own_emscripten})
else()
  execute_process(COMMAND em-config EMSCRIPTEN_ROOT OUTPUT_VARIABLE EMSCRIPTEN_ROOT_PATH
                  OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
  if(failed)
    message(FATAL_ERROR "No Emscripten: run `node scripts/setup.mjs wasm`, or activate an emsdk")
  endif()
endif()
include(${EMSCRIPTEN_ROOT_PATH}/cmake/Modules/Platform/Emscripten.cmake)
