# qnet_npm_packages(out LOCK folder NEEDED_FOR text [HINT text] [WORKSPACES folder…] [WITHOUT_DEV]): installs what
# folder/package-lock.json pins by its integrity hashes under QNET_NPM_DIR, once for all build folders, and sets `out`
# to the folder that holds node_modules. WORKSPACES are folders below that the lock file knows; WITHOUT_DEV leaves out
# devDependencies.
set(QNET_NPM_DIR "${PROJECT_SOURCE_DIR}/build/npm" CACHE PATH
  "Where npm packages are put, for all build folders at once")

function(qnet_npm_packages out)
  cmake_parse_arguments(ARG "WITHOUT_DEV" "LOCK;NEEDED_FOR;HINT" "WORKSPACES" ${ARGN})
  set(lock_file "${ARG_LOCK}/package-lock.json")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${lock_file}")
  file(SHA256 "${lock_file}" wanted)
  string(SUBSTRING "${wanted}" 0 16 short)
  set(folder "${QNET_NPM_DIR}/${short}")
  set(omit "")
  if(ARG_WITHOUT_DEV)
    string(APPEND folder "-without-dev")
    set(omit --omit=dev)
  endif()
  set(${out} "${folder}" PARENT_SCOPE)

  file(MAKE_DIRECTORY "${folder}")
  file(LOCK "${folder}/fetch.lock" GUARD FUNCTION TIMEOUT 600)  # several build folders may configure at once
  if(EXISTS "${folder}/installed")
    return()
  endif()

  find_program(NPM_PROGRAM npm)
  if(NOT NPM_PROGRAM)
    message(FATAL_ERROR "npm was not found; it fetches the packages of ${lock_file}, for ${ARG_NEEDED_FOR}.\n"
      "Install it (Debian: apt-get install npm). ${ARG_HINT}")
  endif()
  message(STATUS "Fetching with npm, for ${ARG_NEEDED_FOR}")
  file(COPY "${ARG_LOCK}/package.json" "${lock_file}" DESTINATION "${folder}")
  foreach(workspace IN LISTS ARG_WORKSPACES)
    file(COPY "${ARG_LOCK}/${workspace}/package.json" DESTINATION "${folder}/${workspace}")
  endforeach()
  execute_process(
    COMMAND "${NPM_PROGRAM}" ci ${omit} --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY "${folder}"
    RESULT_VARIABLE failed OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(failed)
    message(FATAL_ERROR "npm could not fetch the packages of ${lock_file}. It said (${failed}):\n${log}\n"
      "Check the network and npm's registry setting. ${ARG_HINT}")
  endif()
  file(TOUCH "${folder}/installed")
endfunction()
