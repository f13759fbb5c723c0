# Headers read once where sanitizers are on: reading the standard library, Asio and GoogleTest is a third to two thirds
# of the time that most files take (protocol/dns/cache_test.cpp: 8.7 s, 2.8 s with them). Only clang gains by it. The
# release does without, so that no file of the product can come to depend on it.
option(QNET_PLAIN_HEADERS "Precompile nothing: for clang-tidy, which has to see all" OFF)
set(QNET_HEADERS_STD
  <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <span> <string> <string_view>
  <unordered_map> <vector> <fmt/format.h> <tl/expected.hpp>)
set(QNET_HEADERS_IO
  <filesystem> <boost/asio/as_tuple.hpp> <boost/asio/co_spawn.hpp> <boost/asio/detached.hpp> <boost/asio/io_context.hpp>
  <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp> <boost/asio/this_coro.hpp>
  <boost/asio/use_awaitable.hpp> <boost/asio/write.hpp> <spdlog/spdlog.h>)

# qnet_precompiled_headers(NAME HEADERS <a>… DEPS …): a set of headers for targets that have the same flags.
function(qnet_precompiled_headers name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/${name}.cpp" CONTENT "")
  add_library(${name} OBJECT "${PROJECT_BINARY_DIR}/${name}.cpp")
  target_link_libraries(${name} PRIVATE qnet_options fmt::fmt tl::expected ${ARG_DEPS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

set(QNET_PRECOMPILE OFF)
if(QNET_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND NOT QNET_PLAIN_HEADERS)
  set(QNET_PRECOMPILE ON)
  # For ccache: the same headers are the same file then.
  add_compile_options(-Xclang -fno-pch-timestamp)
  qnet_precompiled_headers(qnet_precompiled_std HEADERS ${QNET_HEADERS_STD})
  qnet_seen_by_fuzzers(qnet_precompiled_std)
  qnet_precompiled_headers(qnet_precompiled_io
    HEADERS ${QNET_HEADERS_STD} ${QNET_HEADERS_IO} DEPS Boost::headers spdlog::spdlog)
  qnet_unoptimised_when_sanitized(qnet_precompiled_io)
  if(QNET_TESTS)
    # Without Asio for tests of what does no I/O: its headers' static objects need Asio's compiled code.
    qnet_precompiled_headers(qnet_precompiled_tests HEADERS ${QNET_HEADERS_STD} <gmock/gmock.h> <gtest/gtest.h>
      DEPS GTest::gmock)
    qnet_unoptimised_when_sanitized(qnet_precompiled_tests)
    qnet_precompiled_headers(qnet_precompiled_io_tests
      HEADERS ${QNET_HEADERS_STD} ${QNET_HEADERS_IO} <gmock/gmock.h> <gtest/gtest.h>
      DEPS Boost::headers spdlog::spdlog GTest::gmock)
    qnet_unoptimised_when_sanitized(qnet_precompiled_io_tests)
  endif()
endif()

# qnet_reuse_headers(TARGET SET)
function(qnet_reuse_headers target set)
  if(QNET_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${set})
  endif()
endfunction()
