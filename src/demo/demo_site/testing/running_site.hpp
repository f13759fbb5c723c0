// For tests: a site on ports of its own, with a thread, and a check that it leaves nothing behind.
#pragma once

#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "demo/demo_site/server.hpp"
#include "foundation/net/testing/loopback.hpp"

namespace qnet::demo_site::testing {

using net::testing::IoThread;
using tcp = boost::asio::ip::tcp;

inline const tcp::endpoint kAnyPort{boost::asio::ip::make_address("127.0.0.1"), 0};

inline const crypto::SelfSigned& certificate() {
  static const auto made = [] {
    const std::vector<std::string> names{"site.example"};
    const auto now = std::chrono::system_clock::now();
    return crypto::self_signed(names, now - std::chrono::hours(1), now + std::chrono::hours(1));
  }();
  return *made;
}

class RunningSite : public ::testing::Test {
 protected:
  void start(const Limits& limits = {}) {
    auto started = thread_.run([&] {
      return Server::start(thread_.io(), {.http = kAnyPort, .https = kAnyPort}, certificate(), limits);
    });
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::move(*started);
  }

  // The thread ends only when the server left nothing behind.
  void TearDown() override {
    if (server_) stop();
    thread_.join();
    if (server_) {
      EXPECT_EQ(server_->open_connections(), 0U);
    }
  }

  void stop() {
    thread_.run([&] { server_->stop(); });
  }

  void wait_for_connections(std::size_t count) {
    while (thread_.run([&] { return server_->open_connections(); }) != count) std::this_thread::yield();
  }

  IoThread thread_;
  std::optional<Server> server_;
};

}  // namespace qnet::demo_site::testing
