// What a node does at an ordinary web server, which is in the test's own process.
#include "node/transports.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "foundation/net/testing/run.hpp"
#include "transport/mirror/testing/origin.hpp"

namespace qnet::node {
namespace {

using mirror::testing::Origin;

class DialsAnOrdinaryServer : public ::testing::Test {
 protected:
  void dial(bool rests) {
    const auto dialer =
        make_dialer({client_hello::builtin_templates().front(), origin.address().authorities, rests}, random);
    link::RelayAddress relay;
    relay.host = "127.0.0.1";
    relay.port = origin.address().port;
    relay.cover_name = Origin::kName;
    relay.noise_key = crypto::X25519KeyPair::generate(random).public_key;
    EXPECT_FALSE(net::testing::run(io, dialer->dial(relay)));
  }

  boost::asio::io_context io{1};
  Origin origin{io};
  base::testing::SeededRandom random{1};
};

TEST_F(DialsAnOrdinaryServer, loads_its_page_as_a_client) {
  dial(true);
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return origin.heard.find("PRI * ") == 0; }));
}

// A directory probes any address that somebody registers: it must load no page of theirs.
TEST_F(DialsAnOrdinaryServer, loads_no_page_as_a_relay_or_a_directory) {
  dial(false);
  EXPECT_TRUE(net::testing::comes_true(io, [this] { return origin.over == 1; })) << "a visit stays";
  EXPECT_EQ(origin.handshakes, 0U);
}

}  // namespace
}  // namespace qnet::node
