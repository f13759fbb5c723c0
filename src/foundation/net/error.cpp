#include "foundation/net/error.hpp"

#include <boost/asio/error.hpp>

namespace qnet::net {

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::would_block: return "nothing can be read or written now";
    case Errc::refused: return "the connection was refused";
    case Errc::host_unreachable: return "the host cannot be reached";
    case Errc::network_unreachable: return "the network cannot be reached";
    case Errc::timed_out: return "no answer came in time";
    case Errc::reset: return "the connection was broken off";
    case Errc::address_in_use: return "the port is taken by another program";
    case Errc::address_unavailable: return "the address is not one of this machine's";
    case Errc::not_permitted: return "the system does not permit it";
    case Errc::no_such_host: return "the host name cannot be found";
    case Errc::closed: return "the connection was closed";
    case Errc::failed: return "the connection failed";
  }
  return "unknown network error";
}

namespace {

Errc classify(const boost::system::error_code& code) {
  namespace asio = boost::asio;
  using boost::system::errc::errc_t;
  if (code == asio::error::eof || code == asio::error::operation_aborted) return Errc::closed;
  if (code == asio::error::host_not_found || code == asio::error::host_not_found_try_again ||
      code == asio::error::no_data)
    return Errc::no_such_host;
  switch (static_cast<errc_t>(code.default_error_condition().value())) {
    case errc_t::operation_would_block: return Errc::would_block;
    case errc_t::connection_refused: return Errc::refused;
    case errc_t::host_unreachable: return Errc::host_unreachable;
    case errc_t::network_unreachable: return Errc::network_unreachable;
    case errc_t::timed_out: return Errc::timed_out;
    case errc_t::connection_reset:
    case errc_t::connection_aborted:
    case errc_t::broken_pipe: return Errc::reset;
    case errc_t::address_in_use: return Errc::address_in_use;
    case errc_t::address_not_available: return Errc::address_unavailable;
    case errc_t::permission_denied:
    case errc_t::operation_not_permitted: return Errc::not_permitted;
    case errc_t::bad_file_descriptor: return Errc::closed;
    default: return Errc::failed;
  }
}

}  // namespace

base::Error from_system(const boost::system::error_code& code, std::string context) {
  const auto kind = classify(code);
  if (kind == Errc::failed && context.empty()) context = code.message();
  return base::Error(kind, std::move(context));
}

}  // namespace qnet::net
