# ML-KEM-768 (FIPS 203). Sets QNET_MLKEM_BACKEND to `openssl` where OpenSSL has it (3.5 and later). Elsewhere sets it to
# `pqclean` and makes the target qnet_pqclean from PQClean's portable C, which comes from the npm package `pqclean`,
# pinned by the integrity hashes in npm/package-lock.json.
set(QNET_PQCLEAN_DIR "" CACHE PATH "A PQClean source tree to use instead of the npm package (for builds without npm)")
set(QNET_NPM_DIR "${PROJECT_SOURCE_DIR}/build/npm" CACHE PATH "Where npm packages are put, for all build folders at once")

# Sets `out` to the PQClean source tree, fetching it when this lock file's packages are not there yet.
function(qnet_fetch_pqclean out)
  set(lock_file "${PROJECT_SOURCE_DIR}/npm/package-lock.json")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${lock_file}")
  set(${out} "${QNET_NPM_DIR}/node_modules/pqclean/deps/PQClean" PARENT_SCOPE)

  file(MAKE_DIRECTORY "${QNET_NPM_DIR}")
  file(LOCK "${QNET_NPM_DIR}/fetch.lock" GUARD FUNCTION TIMEOUT 600)  # several build folders may configure at once
  file(SHA256 "${lock_file}" wanted)
  set(stamp "${QNET_NPM_DIR}/installed.sha256")
  if(EXISTS "${stamp}" AND EXISTS "${QNET_NPM_DIR}/node_modules/pqclean/deps/PQClean")
    file(READ "${stamp}" installed)
    if(installed STREQUAL wanted)
      return()
    endif()
  endif()

  find_program(NPM_PROGRAM npm)
  if(NOT NPM_PROGRAM)
    message(FATAL_ERROR
      "This OpenSSL (${OPENSSL_VERSION}) has no ML-KEM, and npm, which fetches PQClean's, was not found.\n"
      "Do one of these:\n"
      "  - install npm (Debian: apt-get install npm);\n"
      "  - install OpenSSL 3.5 or later;\n"
      "  - set QNET_PQCLEAN_DIR to a PQClean source tree.")
  endif()
  message(STATUS "Fetching PQClean with npm")
  file(COPY "${PROJECT_SOURCE_DIR}/npm/package.json" "${lock_file}" DESTINATION "${QNET_NPM_DIR}")
  execute_process(
    COMMAND "${NPM_PROGRAM}" ci --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY "${QNET_NPM_DIR}"
    RESULT_VARIABLE failed OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(failed)
    message(FATAL_ERROR
      "npm could not fetch the package `pqclean` (npm/package-lock.json). npm said (${failed}):\n${log}\n"
      "Check the network and npm's registry setting, or set QNET_PQCLEAN_DIR to a PQClean source tree.")
  endif()
  file(WRITE "${stamp}" "${wanted}")
endfunction()

if(OPENSSL_VERSION VERSION_GREATER_EQUAL 3.5)
  set(QNET_MLKEM_BACKEND openssl)
  message(STATUS "ML-KEM-768: OpenSSL ${OPENSSL_VERSION}")
  return()
endif()

set(QNET_MLKEM_BACKEND pqclean)
if(QNET_PQCLEAN_DIR)
  set(pqclean "${QNET_PQCLEAN_DIR}")
else()
  qnet_fetch_pqclean(pqclean)
endif()
message(STATUS "ML-KEM-768: PQClean in ${pqclean}")
set(mlkem "${pqclean}/crypto_kem/ml-kem-768/clean")
add_library(qnet_pqclean STATIC
  "${mlkem}/cbd.c" "${mlkem}/indcpa.c" "${mlkem}/kem.c" "${mlkem}/ntt.c" "${mlkem}/poly.c" "${mlkem}/polyvec.c"
  "${mlkem}/reduce.c" "${mlkem}/symmetric-shake.c" "${mlkem}/verify.c" "${pqclean}/common/fips202.c")
target_include_directories(qnet_pqclean SYSTEM PUBLIC "${mlkem}" "${pqclean}/common")
# Others' code: its warnings are not ours to fix. Fast in debug builds too, or handshake tests crawl.
target_compile_options(qnet_pqclean PRIVATE -w -O3 -fstack-protector-strong)
# Its selections by a secret bit are safe from being made branches because they stand in a file of their own (verify.c):
# link-time optimisation would inline them.
set_target_properties(qnet_pqclean PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
if(QNET_SANITIZE)
  target_compile_options(qnet_pqclean PRIVATE -fsanitize=${QNET_SANITIZE} -fno-sanitize-recover=all)
endif()
