# tidemark::client; the logic that it shares with stores; and tidemark::testing, a store in memory
# for the tests of an app. Left out where the codec is missing.
if(NOT TARGET tidemark_json)
  message(STATUS "tidemark::client is left out: it needs nlohmann/json")
  return()
endif()
find_package(Threads REQUIRED)

add_library(tidemark_store_logic STATIC
    src/store/carried.cpp
    src/store/cells.cpp
    src/store/columns.cpp
    src/store/covered.cpp
    src/store/journal.cpp
    src/store/local_write.cpp
    src/store/losses.cpp
    src/store/merge_rows.cpp
    src/store/pending.cpp
    src/store/values.cpp)
target_link_libraries(tidemark_store_logic PUBLIC tidemark_core PRIVATE tidemark_json)
tidemark_native_library(store_logic)

add_library(tidemark_client STATIC
    src/client/batch.cpp
    src/client/client.cpp
    src/client/compare.cpp
    src/client/connection.cpp
    src/client/connection_drive.cpp
    src/client/connection_lead.cpp
    src/client/creations.cpp
    src/client/exchange.cpp
    src/client/lead_retry.cpp
    src/client/ledger.cpp
    src/client/notices.cpp
    src/client/ports.cpp
    src/client/pump.cpp
    src/client/pump_steps.cpp
    src/client/requests.cpp
    src/client/system_host.cpp
    src/client/verify.cpp
    src/client/waiting.cpp
    src/client/wanted.cpp)
add_library(tidemark::client ALIAS tidemark_client)
target_sources(tidemark_client PUBLIC FILE_SET HEADERS BASE_DIRS include FILES
    include/tidemark/client.h
    include/tidemark/report.h)
target_link_libraries(tidemark_client PUBLIC tidemark_core
    PRIVATE tidemark_store_logic tidemark_json Threads::Threads)
tidemark_native_library(client)

# The host of the machine is the client's.
add_library(tidemark_testing STATIC
    src/testing/commit.cpp
    src/testing/log.cpp
    src/testing/memory_database.cpp
    src/testing/memory_store.cpp
    src/testing/reading.cpp)
add_library(tidemark::testing ALIAS tidemark_testing)
target_sources(tidemark_testing PUBLIC FILE_SET HEADERS BASE_DIRS include FILES
    include/tidemark/testing/memory_store.h)
target_link_libraries(tidemark_testing PUBLIC tidemark_core
    PRIVATE tidemark_store_logic tidemark_client)
tidemark_native_library(testing)
