# Optimising what waits more than it works is half of a cold build's time where sanitizers are on.
function(qnet_unoptimised_when_sanitized target)
  if(QNET_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# Without this, libFuzzer does not see which branches an input takes.
function(qnet_seen_by_fuzzers target)
  if(QNET_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# qnet_library(noise [IO] SOURCES a.cpp… PUBLIC qnet::base… PRIVATE …): one folder under src/, as qnet::noise. IO says that it
# waits more than it works, and is not fuzzed.
function(qnet_library name)
  cmake_parse_arguments(ARG "IO" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(ARG_SOURCES)
    add_library(qnet_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(qnet_${name} PUBLIC qnet_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
    if(ARG_IO)
      qnet_unoptimised_when_sanitized(qnet_${name})
    else()
      qnet_seen_by_fuzzers(qnet_${name})
    endif()
  else()
    add_library(qnet_${name} INTERFACE)
    target_link_libraries(qnet_${name} INTERFACE qnet_options ${ARG_PUBLIC})
  endif()
  add_library(qnet::${name} ALIAS qnet_${name})
endfunction()

# qnet_test(noise SOURCES a_test.cpp… DEPS qnet::noise…): one GoogleTest program for a folder, each case a ctest entry.
# TEST_VECTORS is the absolute path of tests/vectors, for vector files.
function(qnet_test name)
  if(NOT QNET_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  qnet_unoptimised_when_sanitized(${name}_test)
  target_compile_definitions(${name}_test PRIVATE TEST_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors")
  gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS unit)
endfunction()

# qnet_fuzz(socks5 SOURCES socks5_fuzz.cpp DEPS qnet::proxy): a libFuzzer target with its seeds in fuzz/corpus/NAME.
function(qnet_fuzz name)
  if(NOT QNET_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_DEPS})
  qnet_seen_by_fuzzers(fuzz_${name})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_property(GLOBAL APPEND PROPERTY QNET_FUZZ_TARGETS fuzz_${name})
endfunction()

# qnet_bench(record SOURCES record_bench.cpp DEPS …): a Google Benchmark program.
function(qnet_bench name)
  if(NOT QNET_BENCH)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(bench_${name} ${ARG_SOURCES})
  target_link_libraries(bench_${name} PRIVATE ${ARG_DEPS} benchmark::benchmark_main)
endfunction()
