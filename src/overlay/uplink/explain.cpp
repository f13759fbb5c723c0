#include "overlay/uplink/explain.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "foundation/crypto/certificate.hpp"
#include "foundation/net/error.hpp"
#include "transport/link/error.hpp"

namespace qnet::uplink {

std::string explain_dial_error(const base::Error& error, const link::RelayAddress& relay, Standing standing) {
  const bool listed = standing == Standing::listed;
  const std::string_view elsewhere =
      listed ? "another of the list is tried" : "ask for a new invite if this lasts";
  const auto where = fmt::format("{}:{}", relay.host, relay.port);
  if (error.is(link::Errc::not_recognised)) {
    return fmt::format(
        "The relay at {} did not recognise this client: check that this computer's clock is right (it says "
        "{:%F %H:%M} "
        "UTC, and may be off by 10 minutes at most){}.",
        where, fmt::gmtime(std::chrono::system_clock::now()),
        listed ? "; another of the list is tried" : " and that the invite is the relay's newest one");
  }
  using crypto::CertificateErrc;
  if (error.is(CertificateErrc::untrusted) || error.is(CertificateErrc::wrong_name) ||
      error.is(CertificateErrc::expired) || error.is(CertificateErrc::not_yet_valid))
    return fmt::format(
        "The certificate that {} shows is not trusted ({}): somebody may be listening in, or the relay's "
        "operator has let it run out; {}.",
        where, error.message(), elsewhere);
  if (error.is(session::Errc::protocol_refused))
    return fmt::format("The peer at {} has no exit: it serves as a directory or a relay only.", where);
  if (error.is(net::Errc::refused))
    return fmt::format("Nothing answers at {}: the relay is not running, or its address has changed; {}.",
                       where, elsewhere);
  if (error.is(net::Errc::no_such_host))
    return fmt::format("The relay's name {} cannot be found: check this computer's Internet connection; {}.",
                       relay.host, elsewhere);
  if (error.is(net::Errc::timed_out) || error.is(net::Errc::host_unreachable) ||
      error.is(net::Errc::network_unreachable) || error.is(link::Errc::handshake_timed_out))
    return fmt::format(
        "The relay at {} cannot be reached: check this computer's Internet connection; if other sites "
        "work, the relay is down or blocked, and {}.",
        where, listed ? "another of the list is tried" : "another invite helps");
  return fmt::format("The connection to the relay at {} failed: {}.", where, error.message());
}

}  // namespace qnet::uplink
