// Found instead of Asio's own, which every header of Asio and Beast's I/O includes, where a target does no
// I/O (cmake/QnetTargets.cmake).
#error "A target without I/O includes Asio: move the source to an IO target, qnet_library(NAME_io IO ...)"
