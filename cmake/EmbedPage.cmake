# qnet_embed_page(FOLDER): web/status, made into one file by Vite, as a compiled table in target qnet_FOLDER. The
# generated source defines qnet::FOLDER::embedded_page(), declared in FOLDER/embedded.hpp. It is made again when
# something under web/ or data/words changes.
include(NpmPackages)

function(qnet_embed_page folder)
  find_program(NODE_PROGRAM NAMES node nodejs)
  if(NOT NODE_PROGRAM)
    message(FATAL_ERROR "node was not found; it builds the status page.\nInstall it (Debian: apt-get install nodejs).")
  endif()
  set(without_dev WITHOUT_DEV)
  if(QNET_TESTS)
    set(without_dev "")
  endif()
  qnet_npm_packages(modules LOCK "${PROJECT_SOURCE_DIR}/web" WORKSPACES api status ${without_dev}
    NEEDED_FOR "the status page")

  # Node looks for packages beside the sources, and nothing is to be written there: so it works on a copy.
  set(copy "${CMAKE_BINARY_DIR}/page")
  file(GLOB_RECURSE sources RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
    "${PROJECT_SOURCE_DIR}/web/api/src/*" "${PROJECT_SOURCE_DIR}/web/status/src/*"
    "${PROJECT_SOURCE_DIR}/web/status/dev/*" "${PROJECT_SOURCE_DIR}/data/words/*.json")
  list(FILTER sources EXCLUDE REGEX "schema\\.d\\.ts$")
  list(APPEND sources web/status/index.html web/status/vite.config.ts web/status/tsconfig.json web/package.json
    web/status/package.json web/api/package.json docs/spec/openapi.yaml)
  list(TRANSFORM sources PREPEND "${PROJECT_SOURCE_DIR}/" OUTPUT_VARIABLE wanted)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded_page.cpp")
  file(RELATIVE_PATH path "${PROJECT_SOURCE_DIR}/src" "${CMAKE_CURRENT_SOURCE_DIR}")
  add_custom_command(OUTPUT "${output}" "${copy}/dist/index.html.gz" "${copy}/dist/policy.txt"
    COMMAND "${CMAKE_COMMAND}" -D "SOURCE=${PROJECT_SOURCE_DIR}" -D "FILES=${sources}" -D "COPY=${copy}"
      -D "MODULES=${modules}/node_modules" -D "NODE=${NODE_PROGRAM}" -D "OUTPUT=${output}" -D "FOLDER=${folder}"
      -D "HEADER=${path}/embedded.hpp" -P "${PROJECT_SOURCE_DIR}/cmake/build_page.cmake"
    DEPENDS ${wanted} "${PROJECT_SOURCE_DIR}/cmake/build_page.cmake" "${PROJECT_SOURCE_DIR}/web/package-lock.json"
    COMMENT "Building the status page" VERBATIM)
  target_sources(qnet_${folder} PRIVATE "${output}")
  set_property(GLOBAL PROPERTY QNET_PAGE "${copy}")
endfunction()
