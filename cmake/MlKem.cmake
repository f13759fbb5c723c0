# ML-KEM-768 (FIPS 203). Sets QNET_MLKEM_BACKEND to `openssl` where OpenSSL has it (3.5 and later). Elsewhere sets it to
# `pqclean` and makes the target qnet_pqclean from PQClean's portable C, which comes from the npm package `pqclean`,
# pinned by the integrity hashes in npm/package-lock.json.
set(QNET_PQCLEAN_DIR "" CACHE PATH "A PQClean source tree to use instead of the npm package (for builds without npm)")
if(OPENSSL_VERSION VERSION_GREATER_EQUAL 3.5)
  set(QNET_MLKEM_BACKEND openssl)
  message(STATUS "ML-KEM-768: OpenSSL ${OPENSSL_VERSION}")
  return()
endif()

set(QNET_MLKEM_BACKEND pqclean)
if(QNET_PQCLEAN_DIR)
  set(pqclean "${QNET_PQCLEAN_DIR}")
else()
  include(NpmPackages)
  qnet_npm_packages(packages LOCK "${PROJECT_SOURCE_DIR}/npm"
    NEEDED_FOR "PQClean's ML-KEM, which OpenSSL ${OPENSSL_VERSION} has not"
    HINT "OpenSSL 3.5 or later has it; or set QNET_PQCLEAN_DIR to a PQClean source tree.")
  set(pqclean "${packages}/node_modules/pqclean/deps/PQClean")
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
