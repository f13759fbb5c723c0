#include "line/error.hpp"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

namespace qnet::line {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::bad_value: return "the options are wrong";
    case Errc::no_namespace: return "the network namespace cannot be entered (this needs root)";
    case Errc::no_tun: return "no TUN device can be opened (this needs root and /dev/net/tun)";
    case Errc::failed: return "the system refused";
  }
  return "an unknown error";
}

tl::unexpected<base::Error> system_failure(Errc code, std::string_view what) {
  const auto error = errno;
  return base::fail(code, fmt::format("{}: {}", what, std::generic_category().message(error)));
}

}  // namespace qnet::line
