// Visitors of a web site that must make room for others, over real TCP.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"
#include "foundation/net/testing/tcp_pair.hpp"
#include "transport/link/visitor_stream.hpp"
#include "transport/site/folder_site.hpp"
#include "transport/site/server.hpp"
#include "transport/site/testing/certificate_files.hpp"
#include "transport/site/testing/site_folder.hpp"

namespace qnet::site {
namespace {

using net::testing::comes_true;
using net::testing::read_text;
using net::testing::runs_to_end;
using net::testing::write_text;

/// One visitor has been quiet for longer than those of a crowd(), for which there are seven places.
class VisitorRoom : public ::testing::Test, protected testing::SiteFolder {
 protected:
  /// The visitor's connection, which such a server serves.
  template <class Serve>
  void accept(Serve serve) {
    server_ = std::make_shared<Server>(
        gate_, site_, Hooks{[] { return true; }, [](Gate::Visit) {}, {}, {}, {}}, random_, Limits());
    auto stream =
        std::make_unique<link::VisitorStream>(std::move(ends_.near), places_.take(io_.get_executor(), {}));
    boost::asio::co_spawn(io_, serve(server_, std::move(stream)), [this](const std::exception_ptr& error) {
      EXPECT_FALSE(error);
      served_ = true;
    });
  }
  void crowd() {
    // Twice as many as there are places: a visitor that has moved since it came goes behind the first of
    // them.
    for (int n = 0; n < 14; ++n) others_.push_back(places_.take(io_.get_executor(), {}));
  }
  void ends_served() {
    EXPECT_TRUE(comes_true(io_, [this] { return served_; }));
  }

  boost::asio::io_context io_{1};
  base::testing::SeededRandom random_{5};
  htx::ReplayCache seen_{random_, 16};
  Gate gate_{{crypto::X25519KeyPair::generate(random_), {}}, seen_};
  std::shared_ptr<const Site> site_ = *FolderSite::open(root, Limits());
  link::VisitorPlaces places_{[] { return link::VisitorLimits{8, 2}; }};
  net::testing::TcpPair ends_ = net::testing::tcp_pair(io_);
  net::TcpStream& visitor_ = *ends_.far;
  std::vector<std::shared_ptr<link::VisitorPlaces::Place>> others_;
  std::shared_ptr<Server> server_;
  bool served_ = false;
};

TEST_F(VisitorRoom, is_made_between_two_requests) {
  accept([](auto server, auto stream) { return server->serve_plain(std::move(stream)); });
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_TRUE(co_await write_text(visitor_, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    std::string answer;
    base::Bytes chunk(4096);
    while (!answer.ends_with("home")) {
      const auto got = co_await net::read_some(visitor_, chunk);
      EXPECT_TRUE(got && *got > 0);
      if (!got || *got == 0) co_return;
      answer += base::text_of(base::ByteView(chunk).first(*got));
    }
    crowd();
    EXPECT_EQ(co_await read_text(visitor_), "(end)");
  }));
  ends_served();
}

TEST_F(VisitorRoom, is_made_before_the_first_byte_of_a_handshake) {
  const testing::CertificateFiles certificate;
  auto context = *openssl_tls::server_context(certificate.files, testing::CertificateFiles::name);
  accept([&](auto server, auto stream) { return server->serve_tls(std::move(stream), context); });
  io_.poll();
  crowd();
  EXPECT_TRUE(
      runs_to_end(io_, [this]() -> net::Task<void> { EXPECT_EQ(co_await read_text(visitor_), "(end)"); }));
  ends_served();
}

TEST_F(VisitorRoom, is_made_by_a_visitor_who_does_not_read) {
  write("www/large", std::string(std::size_t{32} * 1024 * 1024, 'x'));
  accept([](auto server, auto stream) { return server->serve_plain(std::move(stream)); });
  EXPECT_TRUE(runs_to_end(io_, [this]() -> net::Task<void> {
    EXPECT_TRUE(co_await write_text(visitor_, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_TRUE(co_await visitor_.wait_readable());
  }));
  // Until the kernels are full, bytes move.
  while (!served_ && others_.size() < 10'000) {
    crowd();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(20));
  }
  ends_served();
}

}  // namespace
}  // namespace qnet::site
