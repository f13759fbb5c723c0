// Pages, dates and words of HTTP.
#include "transport/site/exchange.hpp"

#include <gmock/gmock.h>

#include <set>

#include <boost/asio/io_context.hpp>

#include "foundation/net/testing/run_job.hpp"
#include "transport/site/error.hpp"
#include "transport/site/testing/recorded_exchange.hpp"

namespace qnet::site {
namespace {

using ::testing::HasSubstr;

// RFC 9110 §5.6.7 and §15.
TEST(HttpWords, are_the_rfcs) {
  EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(reason(200), "OK");
  EXPECT_EQ(reason(304), "Not Modified");
  EXPECT_EQ(reason(404), "Not Found");
  EXPECT_EQ(reason(502), "Bad Gateway");
}

class StatusPage : public ::testing::Test {
 protected:
  static void respond(testing::RecordedExchange& exchange) {
    boost::asio::io_context io{1};
    ASSERT_TRUE(net::testing::runs_to_end(
        io, [&]() -> net::Task<void> { co_await respond_with_page(exchange, 502); }));
  }
};

TEST_F(StatusPage, says_its_status_and_its_length) {
  testing::RecordedExchange exchange({"GET", "/", "a", {}});
  respond(exchange);
  EXPECT_EQ(exchange.response->status, 502U);
  EXPECT_EQ(exchange.written, status_page(502));
  EXPECT_EQ(exchange.field("content-length"), std::to_string(exchange.written.size()));
  EXPECT_EQ(exchange.field("content-type"), "text/html");
  EXPECT_TRUE(exchange.finished);
  EXPECT_THAT(exchange.written, HasSubstr("<title>502 Bad Gateway</title>"));
}

TEST_F(StatusPage, is_a_head_alone_for_head) {
  testing::RecordedExchange exchange({"HEAD", "/", "a", {}});
  respond(exchange);
  EXPECT_EQ(exchange.field("content-length"), std::to_string(status_page(502).size()));
  EXPECT_FALSE(exchange.has_body);
  EXPECT_EQ(exchange.written, "");
}

TEST(SiteErrors, each_have_a_sentence_of_their_own) {
  std::set<std::string_view> sentences;
  for (const auto code :
       {Errc::not_recognised, Errc::version, Errc::bad_message, Errc::too_long, Errc::crypto, Errc::bad_http,
        Errc::bad_frame, Errc::no_site, Errc::upstream, Errc{0}})
    sentences.insert(describe(code));
  EXPECT_EQ(sentences.size(), 10U);
  EXPECT_EQ(base::Error(Errc::too_long).domain(), "cover_site");
}

}  // namespace
}  // namespace qnet::site
