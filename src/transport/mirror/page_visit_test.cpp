// A client whose relay turns out to be an ordinary web server: what it says then is what its browser would.
#include "transport/mirror/page_visit.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/testing/openssl_server.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/mirror/error.hpp"

namespace qnet::mirror {
namespace {

using client_hello::Template;
using tls::testing::OpensslServer;

class PageVisitTest : public ::testing::Test {
 protected:
  /// A client with this hello, which dials a relay and reaches `server`.
  std::unique_ptr<PageVisit> meet(OpensslServer& server, const Template& browser,
                                  std::shared_ptr<const crypto::TrustStore> trust = nullptr) {
    const auto relay = crypto::X25519KeyPair::generate(random_);
    auto initiator = htx::Initiator::start({&browser, "www.example.com", relay.public_key, {}, {}}, random_);
    const auto taken = initiator->receive(server.exchange(initiator->hello()));
    EXPECT_FALSE(taken);
    EXPECT_TRUE(taken.error().is(htx::Errc::not_recognised)) << taken.error().message();
    auto ordinary = initiator->go_on_as_browser(trust.get(), std::chrono::system_clock::now());
    EXPECT_TRUE(ordinary);
    EXPECT_FALSE(initiator->go_on_as_browser(nullptr, {})) << "once";
    received_ = std::move(ordinary->received);
    return std::make_unique<PageVisit>(std::move(ordinary->client), client_hello::page_request_of(browser),
                                       "www.example.com", std::move(trust));
  }

  /// (type, size) of each record of `bytes`.
  static std::vector<std::pair<int, std::size_t>> shape(base::ByteView bytes) {
    std::vector<std::pair<int, std::size_t>> records;
    while (!bytes.empty()) {
      const auto size = base::load_be<std::uint16_t>(&bytes[3]);
      records.emplace_back(bytes[0], size);
      bytes = bytes.subspan(5U + size);
    }
    return records;
  }

  static const Template& chromium() { return client_hello::builtin_templates().front(); }
  static h2::Headers headers_of(const Template& browser) {
    h2::Headers headers;
    for (const auto& [name, value] : browser.page->http2)
      headers.push_back({name, value == "HOST" ? "www.example.com" : value});
    return headers;
  }

  base::testing::SeededRandom random_{5};
  base::Bytes received_;
};

TEST_F(PageVisitTest, every_browser_asks_for_the_page_in_its_own_words) {
  for (const auto& browser : client_hello::builtin_templates()) {
    SCOPED_TRACE(browser.name);
    ASSERT_TRUE(browser.page);
    OpensslServer server({});
    const auto visit = meet(server, browser);
    ASSERT_TRUE(visit->receive(received_));
    const auto said = visit->take_output();
    const auto records = shape(said);
    ASSERT_EQ(records.size(), 4U) << "ChangeCipherSpec, Finished, HTTP/2's opening, the request";
    EXPECT_EQ(records[0].first, client_hello::kChangeCipherSpec);
    EXPECT_EQ(records[2].second, browser.client_flight.first_application_record);
    (void)server.exchange(said);

    h2::Engine http2(h2::Role::server, h2::Limits());
    ASSERT_TRUE(http2.receive(base::bytes_of(server.received())));
    const auto event = http2.next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(http2.headers(event->stream), headers_of(browser));
    EXPECT_TRUE(http2.at_end(event->stream)) << "a GET has no body";
  }
}

TEST_F(PageVisitTest, the_page_is_read_to_its_end) {
  OpensslServer server({});
  const auto visit = meet(server, chromium());
  ASSERT_TRUE(visit->receive(received_));
  h2::Engine http2(h2::Role::server, h2::Limits());
  const std::string page(8 * 1024 * 1024, 'x');
  std::size_t sent = 0;
  std::size_t taken = 0;
  h2::StreamId stream = 0;
  base::ByteQueue frames;
  // Until neither has more to say.
  for (auto said = visit->take_output(); !said.empty() || !frames.empty(); said = visit->take_output()) {
    if (!frames.empty()) ASSERT_TRUE(visit->receive(server.say(base::text_of(frames.view()))));
    frames.clear();
    ASSERT_TRUE(visit->receive(server.exchange(said)));
    const auto text = server.received();
    ASSERT_TRUE(
        http2.receive(base::bytes_of(std::string_view(text).substr(std::exchange(taken, text.size())))));
    while (const auto event = http2.next_event()) stream = event->stream;
    if (sent == 0) ASSERT_TRUE(http2.respond(stream, {{":status", "200"}}, false));
    for (std::size_t put = 1; put > 0; sent += put)
      put = http2.write(stream, base::bytes_of(std::string_view(page).substr(sent)));
    if (sent == page.size()) http2.finish(stream);
    http2.output(frames, std::numeric_limits<std::size_t>::max());
  }
  EXPECT_EQ(sent, page.size());
  EXPECT_EQ(http2.sent(), page.size()) << "the client has opened its windows for all of it";
}

TEST_F(PageVisitTest, a_server_without_http2_is_asked_in_http1) {
  OpensslServer server({.http2 = false});
  const auto visit = meet(server, chromium());
  ASSERT_TRUE(visit->receive(received_));
  (void)server.exchange(visit->take_output());
  EXPECT_TRUE(server.received().starts_with(
      "GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: keep-alive\r\nsec-ch-ua: "))
      << server.received();
  EXPECT_TRUE(server.received().ends_with("Accept-Language: en-US,en;q=0.9\r\n\r\n"));
}

TEST_F(PageVisitTest, a_certificate_that_a_browser_does_not_believe_ends_with_its_alert) {
  OpensslServer stranger({});
  const auto der = crypto::self_signed(std::vector<std::string>{"other"}, std::chrono::system_clock::now(),
                                       std::chrono::system_clock::now() + std::chrono::hours(1));
  const auto trust =
      std::make_shared<const crypto::TrustStore>(std::move(*crypto::TrustStore::from_der(der->certificate)));
  const auto visit = meet(stranger, chromium(), trust);
  const auto taken = visit->receive(received_);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().domain(), error_domain(crypto::CertificateErrc{}));
  EXPECT_FALSE(visit->asked());
  const std::vector<std::pair<int, std::size_t>> alert{{client_hello::kChangeCipherSpec, 1},
                                                       {client_hello::kApplicationData, 19}};
  EXPECT_EQ(shape(visit->take_output()), alert);
}

TEST_F(PageVisitTest, a_flight_that_does_not_open_ends_with_an_alert_as_in_tls) {
  OpensslServer server({});
  const auto visit = meet(server, chromium());
  received_.back() ^= 1U;
  EXPECT_FALSE(visit->receive(received_));
  EXPECT_EQ(shape(visit->take_output()).back().second, 19U);
}

TEST_F(PageVisitTest, a_server_that_never_stops_is_left) {
  OpensslServer server({.http2 = false});
  const auto visit = meet(server, chromium());
  ASSERT_TRUE(visit->receive(received_));
  ASSERT_TRUE(visit->receive(server.exchange(visit->take_output())));
  const std::string more(1024 * 1024, 'x');
  base::Result<void> taken;
  for (std::size_t said = 0; taken && said <= PageLimits::page; said += more.size())
    taken = visit->receive(server.say(more));
  ASSERT_FALSE(taken);
  EXPECT_TRUE(taken.error().is(Errc::page_too_long));
}

}  // namespace
}  // namespace qnet::mirror
