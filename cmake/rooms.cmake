# One library per room. A room links PRIVATE what only its .cpp files use; the include root is the repository.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS system)
find_package(boost_json 1.81 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(civetweb CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_library(LDNS_LIBRARY ldns REQUIRED)
find_library(LMDB_LIBRARY lmdb REQUIRED)
find_library(SODIUM_LIBRARY sodium REQUIRED)

# ccache refuses precompiled headers unless told that these differences don't matter to us (no __TIME__, no defines
# that differ between a header and its users). Where the clone lies makes no difference either.
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "(^|/)ccache$")
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

add_library(minidns_flags INTERFACE)
target_include_directories(minidns_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(minidns_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
# What gcc 12 says falsely where it optimizes: of std::string's own operator+ and of comparisons of vectors (GCC bugs
# 105651, 105329), of std::optional members that are set. The Debug build has these warnings, where they are right.
set(optimized_gcc $<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>)
foreach(false_alarm restrict stringop-overflow stringop-overread maybe-uninitialized)
  target_compile_options(minidns_flags INTERFACE $<${optimized_gcc}:-Wno-${false_alarm}>)
endforeach()
if(MINIDNS_WERROR)
  target_compile_options(minidns_flags INTERFACE -Werror)
endif()
target_compile_definitions(minidns_flags INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                                   BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(minidns_flags INTERFACE Threads::Threads Boost::headers)

# Beast's compiled part, for the rooms that may use Beast (api and the HTTP driver of pool-manager).
add_library(minidns_beast STATIC ${CMAKE_CURRENT_LIST_DIR}/beast_impl.cpp)
target_link_libraries(minidns_beast PUBLIC minidns_flags)

# minidns_room(NAME SOURCES… ) makes the static library minidns_NAME.
function(minidns_room name)
  string(REPLACE "-" "_" target "minidns_${name}")
  add_library(${target} STATIC ${ARGN})
  target_link_libraries(${target} PUBLIC minidns_flags)
endfunction()

# minidns_pch(TARGET HEADERS…) precompiles the given (third-party or standard) headers for a target. Pays from about
# five files that include Asio. Don't give it headers of a room: a change there would rebuild everything.
function(minidns_pch target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # With it, gcc leaves a mark in the preprocessed text by which ccache knows the precompiled header.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  else()
    target_compile_options(${target} PRIVATE -Xclang -fno-pch-timestamp)
  endif()
endfunction()

# minidns_test(NAME SOURCES… LINK libs… LABELS label… TIMEOUT seconds) makes a GoogleTest program that is run as one
# ctest test. Labels: unit, architecture, postgres, interop, e2e.
function(minidns_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE minidns_flags ${arg_LINK} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
    math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * 10")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
