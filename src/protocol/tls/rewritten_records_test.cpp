// What somebody on the path does to a server's records in clear: the client goes on where Chromium does, and
// says what Chromium says where it ends. tests/probing/test_rewritten_records.py has the table, with Chromium
// in it.
#include <gtest/gtest.h>

#include "foundation/crypto/system_random.hpp"
#include "protocol/client_hello/testing/rewritten.hpp"
#include "protocol/tls/client.hpp"
#include "protocol/tls/testing/openssl_server.hpp"

namespace qnet::tls {
namespace {

using namespace client_hello::testing;  // NOLINT(google-build-using-namespace)

class TlsRewrittenRecords : public ::testing::Test {
 protected:
  /// Whether the client is established with record `which` of the server's flight rewritten; what it says
  /// then is in `said_`.
  bool goes_on(std::size_t which, const Rewrite& rewrite) {
    tls::testing::OpensslServer server({});
    auto client = Client::start({&client_hello::builtin_templates().front(), "www.example.com", nullptr,
                                 std::chrono::system_clock::now(), false},
                                random_);
    const auto flight = server.exchange(client.take_output());
    const auto taken = client.receive(rewritten(flight, which, rewrite));
    said_ = client.take_output();
    return taken && client.established();
  }
  std::string said_to_a(const Rewrite& rewritten_hello) {
    EXPECT_FALSE(goes_on(0, rewritten_hello));
    return base::to_hex(said_);
  }

  crypto::SystemRandom random_;
  base::Bytes said_;
};

TEST_F(TlsRewrittenRecords, goes_on_where_chromium_does) {
  const auto warning = alert(1, 112);
  for (const auto& rewrite :
       {version(3, 0), version(3, 1), version(3, 0xff), cut(1), cut(3), cut(50), before(empty_record()),
        before(times(32, empty_record())), cut(80, times(32, empty_record())), before(times(4, warning)),
        cut(80, warning), behind(times(31, change_cipher_spec()))})
    EXPECT_TRUE(goes_on(0, rewrite));
  EXPECT_TRUE(goes_on(1, [](auto) { return base::Bytes(); })) << "no ChangeCipherSpec";
  EXPECT_TRUE(goes_on(2, behind(times(32, change_cipher_spec())))) << "32 in a row";
}

TEST_F(TlsRewrittenRecords, ends_with_chromiums_alert_in_clear) {
  EXPECT_EQ(said_to_a(version(2, 3)), "15030100020246");
  EXPECT_EQ(said_to_a(before(times(33, empty_record()))), "1503010002020a");
  EXPECT_EQ(said_to_a(before(change_cipher_spec())), "1503010002020a");
  EXPECT_EQ(said_to_a(cut(80, change_cipher_spec())), "1503010002020a");
  EXPECT_EQ(said_to_a(before(times(5, alert(1, 112)))), "1503010002020a");
  EXPECT_EQ(said_to_a(before({client_hello::kHandshake, 3, 3, 0x48, 1})), "15030100020216");
  EXPECT_EQ(said_to_a(says_length(102'401)), "1503010002022f");
  EXPECT_EQ(said_to_a(says_length(102'400)), "1503010002020a") << "the ChangeCipherSpec behind it";
  EXPECT_EQ(said_to_a(before(alert(2, 40))), "");
  EXPECT_EQ(said_to_a(before(alert(1, 0))), "");
}

TEST_F(TlsRewrittenRecords, ends_with_a_sealed_alert_once_it_has_keys) {
  const auto sealed_alert = [&](std::size_t which, const Rewrite& rewrite) {
    return !goes_on(which, rewrite) && said_.size() == 6 + 5 + 19 &&
           base::to_hex(base::ByteView(said_).first(11)) == "1403030001011703030013";
  };
  EXPECT_TRUE(sealed_alert(0, behind(empty_record())));
  EXPECT_TRUE(sealed_alert(0, behind(alert(1, 90))));
  EXPECT_TRUE(sealed_alert(0, behind(alert(2, 40))));
  EXPECT_TRUE(sealed_alert(1, version(3, 1)));
  EXPECT_TRUE(sealed_alert(1, [](auto it) { return times(33, it); }));
  EXPECT_TRUE(sealed_alert(2, version(3, 1)));
  EXPECT_TRUE(sealed_alert(2, cut(20)));
  EXPECT_TRUE(sealed_alert(2, before({client_hello::kApplicationData, 3, 3, 0, 0})));
}

}  // namespace
}  // namespace qnet::tls
