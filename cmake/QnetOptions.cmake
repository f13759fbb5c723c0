# Language level, warnings and sanitizers, on one interface target that every QNet target links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(QNET_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")

add_library(qnet_options INTERFACE)
target_include_directories(qnet_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(qnet_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-plt -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 pairs Asio's coroutine frame allocator wrongly (GCC bug 109224); clang keeps the check.
  target_compile_options(qnet_options INTERFACE -Wno-mismatched-new-delete)
  if(QNET_SANITIZE)
    # Its flow analysis is not reliable on instrumented code (GCC manual, -fsanitize); plain builds keep the check.
    target_compile_options(qnet_options INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(QNET_SANITIZE MATCHES "thread")
    # Asio's fences are not seen by this sanitizer; what they order is ordered by a mutex or an atomic as well.
    target_compile_options(qnet_options INTERFACE -Wno-tsan)
  endif()
endif()
target_compile_definitions(qnet_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE SPDLOG_FMT_EXTERNAL
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
target_link_options(qnet_options INTERFACE -Wl,-z,relro,-z,now)
if(QNET_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A third of the default linker's time, for sixty programs.
  target_link_options(qnet_options INTERFACE -fuse-ld=lld)
endif()
if(QNET_SANITIZE)
  target_compile_options(qnet_options INTERFACE
    -fsanitize=${QNET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(qnet_options INTERFACE -fsanitize=${QNET_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(qnet_options INTERFACE _FORTIFY_SOURCE=2)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # What it asks for where headers are precompiled (ccache(1), "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
