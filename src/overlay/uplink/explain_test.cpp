#include "overlay/uplink/explain.hpp"

#include <gmock/gmock.h>

#include "foundation/crypto/certificate.hpp"
#include "foundation/net/error.hpp"
#include "overlay/session/error.hpp"
#include "transport/link/error.hpp"

namespace qnet::uplink {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string explain(const base::Error& error, Standing standing = Standing::invited) {
  link::RelayAddress relay;
  relay.host = "relay.example";
  relay.port = 8443;
  return explain_dial_error(error, relay, standing);
}

TEST(ExplainDialError, a_relay_that_did_not_recognise_the_client_points_to_clock_and_invite) {
  const base::Error error(link::Errc::not_recognised);
  EXPECT_THAT(explain(error), AllOf(HasSubstr("relay.example:8443"), HasSubstr("clock"), HasSubstr("UTC"),
                                    EndsWith("the invite is the relay's newest one.")));
  EXPECT_THAT(explain(error, Standing::listed), EndsWith("another of the list is tried."));
}

TEST(ExplainDialError, a_certificate_that_is_not_trusted_is_told_as_such) {
  for (const auto code : {crypto::CertificateErrc::untrusted, crypto::CertificateErrc::wrong_name,
                          crypto::CertificateErrc::expired, crypto::CertificateErrc::not_yet_valid})
    EXPECT_THAT(explain(code), AllOf(HasSubstr("is not trusted"), HasSubstr(base::Error(code).message()),
                                     HasSubstr("somebody may be listening in"),
                                     EndsWith("ask for a new invite if this lasts.")));
}

TEST(ExplainDialError, who_does_not_answer_names_what_to_do) {
  EXPECT_EQ(
      explain(net::Errc::refused),
      "Nothing answers at relay.example:8443: the relay is not running, or its address has changed; ask for "
      "a new invite if this lasts.");
  EXPECT_EQ(
      explain(net::Errc::no_such_host, Standing::listed),
      "The relay's name relay.example cannot be found: check this computer's Internet connection; another of "
      "the list is tried.");
  for (const base::Error& error :
       {base::Error(net::Errc::timed_out), base::Error(net::Errc::host_unreachable),
        base::Error(net::Errc::network_unreachable), base::Error(link::Errc::handshake_timed_out)}) {
    EXPECT_THAT(explain(error), AllOf(HasSubstr("cannot be reached"), EndsWith("and another invite helps.")));
    EXPECT_THAT(explain(error, Standing::listed), EndsWith("and another of the list is tried."));
  }
}

TEST(ExplainDialError, a_peer_without_an_exit_is_told_as_such) {
  EXPECT_THAT(explain(session::Errc::protocol_refused), HasSubstr("relay.example:8443 has no exit"));
}

TEST(ExplainDialError, anything_else_is_told_in_the_errors_own_words) {
  EXPECT_EQ(explain({net::Errc::reset, "on the way"}),
            "The connection to the relay at relay.example:8443 failed: " +
                base::Error(net::Errc::reset, "on the way").message() + ".");
}

}  // namespace
}  // namespace qnet::uplink
