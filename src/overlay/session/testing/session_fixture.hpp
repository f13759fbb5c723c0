// Sessions over a real loopback connection, for tests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "overlay/session/stream.hpp"
#include "protocol/mux/multistream.hpp"
#include "protocol/mux/testing/frames.hpp"
#include "protocol/mux/testing/pair.hpp"
#include "transport/htx/record_link.hpp"
#include "transport/htx/testing/record_pipe.hpp"

namespace qnet::session::testing {

namespace asio = boost::asio;
using base::testing::SeededRandom;
using net::Task;

inline crypto::Secret<32> key(std::uint8_t fill) {
  crypto::Secret<32> secret;
  std::ranges::fill(secret.data(), fill);
  return secret;
}

inline base::Bytes pattern(std::size_t size) {
  base::Bytes bytes(size);
  SeededRandom(size).fill(bytes);
  return bytes;
}

inline Task<base::Bytes> read_to_end(net::ByteStream& stream) {
  base::Bytes all;
  base::Bytes chunk(65536);
  for (;;) {
    const auto got = co_await net::read_some(stream, chunk);
    if (!got || *got == 0) co_return all;
    base::append(all, base::ByteView(chunk).first(*got));
  }
}

/// Two sessions joined by a connection.
class Sessions : public ::testing::Test {
 protected:
  Sessions() {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    far_socket = far.native_handle();
    initiator = Session::start(link_over(std::move(near), keys(1, 2)), mux::Role::initiator, {});
    auto config = keys(2, 1);
    config.opening_records = {266, 266};
    responder =
        Session::start(link_over(std::move(far), std::move(config)), mux::Role::responder, protocols());
  }

  static htx::RecordLinkConfig keys(std::uint8_t send, std::uint8_t receive) {
    return {noise::CipherState(key(send)), noise::CipherState(key(receive))};
  }
  std::unique_ptr<link::Link> link_over(net::tcp::socket socket, htx::RecordLinkConfig config) {
    return std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(std::move(socket)),
                                             std::move(config), random);
  }

  Protocols protocols() {
    return {{"/test/echo/1",
             [this](std::unique_ptr<Stream> stream) -> Task<void> {
               ++served;
               std::atomic<std::uint64_t> moved{0};
               (void)co_await net::pump(*stream, *stream, moved);
             }},
            {"/test/hold/1", [this](std::unique_ptr<Stream> stream) -> Task<void> {
               held = std::move(stream);
               co_return;
             }}};
  }

  /// Runs `task` to its end, at most 20 s.
  void run(Task<void> task) {
    bool done = false;
    asio::co_spawn(
        io,
        [](Task<void> inner, bool& flag) -> Task<void> {
          co_await std::move(inner);
          flag = true;
        }(std::move(task), done),
        asio::detached);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(100));
    ASSERT_TRUE(done) << "the task did not end";
  }
  void run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition() && std::chrono::steady_clock::now() < end)
      io.run_one_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(condition());
  }

  std::unique_ptr<Stream> open(const char* protocol, base::ByteView first = {}) {
    auto stream = initiator->open(protocol, first);
    EXPECT_TRUE(stream);
    return std::move(*stream);
  }

  asio::io_context io{1};
  SeededRandom random{5};
  std::shared_ptr<Session> initiator;
  std::shared_ptr<Session> responder;
  std::unique_ptr<Stream> held;
  int far_socket = -1;
  int served = 0;
};

/// One session, and its peer's end of the connection as a plain socket.
class OneSession : public ::testing::Test {
 protected:
  std::shared_ptr<Session> start(htx::RecordLinkConfig config, Protocols protocols = {}) {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    wire.connect(acceptor.local_endpoint());
    auto stream = std::make_unique<net::TcpStream>(acceptor.accept());
    return Session::start(std::make_unique<htx::RecordLink>(std::move(stream), std::move(config), random),
                          mux::Role::responder, std::move(protocols));
  }
  static htx::RecordLinkConfig keys() { return {noise::CipherState(key(2)), noise::CipherState(key(1))}; }

  /// What an initiator would send to open a stream of "/test/note/1".
  base::Bytes opening() {
    mux::testing::End end(mux::Role::initiator);
    end.mux.send(*end.mux.open(), mux::MultistreamInitiator("/test/note/1").opening());
    return std::move(end.out());
  }
  base::Bytes sealed(base::ByteView plaintext) {
    htx::testing::RecordPipe writer(noise::CipherState(key(1)), random);
    writer.append(plaintext);
    writer.flush();
    return {writer.pending().begin(), writer.pending().end()};
  }
  bool is_served(htx::RecordLinkConfig config) {
    bool served = false;
    const auto session =
        start(std::move(config), {{"/test/note/1", [&served](std::unique_ptr<Stream>) -> Task<void> {
                                     served = true;
                                     co_return;
                                   }}});
    for (int n = 0; n < 50 && !served; ++n) io.run_one_for(std::chrono::milliseconds(20));
    return served;
  }

  asio::io_context io{1};
  SeededRandom random{6};
  net::tcp::socket wire{io};
};

}  // namespace qnet::session::testing
