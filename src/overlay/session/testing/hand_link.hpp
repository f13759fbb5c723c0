// A session over a link that the test moves by hand.
#pragma once

#include <deque>
#include <functional>

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "foundation/net/error.hpp"
#include "foundation/net/signal.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::session::testing {

/// What the test sees of the link after the session has it.
struct Wire {
  explicit Wire(const boost::asio::any_io_executor& executor) : readable(executor), writable(executor) {}
  bool open = true;  ///< to what the session sends
  net::Outgoing outgoing;
  std::uint64_t acknowledged_each_look = 0;  ///< how much more, whenever the session asks
  std::string sent;
  std::deque<std::string> incoming;
  std::optional<net::Errc> breaks;
  std::vector<link::Ending> endings;
  bool closed = false;
  net::Signal readable;
  net::Signal writable;
};

class HandLink final : public link::Link {
 public:
  HandLink(const boost::asio::any_io_executor& executor, std::shared_ptr<Wire> wire, link::Facts facts)
      : executor_(executor), wire_(std::move(wire)), facts_(facts) {}

  [[nodiscard]] const link::Facts& facts() const override { return facts_; }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }
  net::Task<base::Result<void>> wait_readable() override {
    const auto wire = wire_;
    co_await wire->readable.wait();
    co_return base::Result<void>();
  }
  [[nodiscard]] base::Result<link::Progress> receive(link::User& user) override {
    if (wire_->closed) return base::fail(net::Errc::closed);
    if (!wire_->incoming.empty()) {
      const auto bytes = wire_->incoming.front();
      wire_->incoming.pop_front();
      if (auto taken = user.take(base::bytes_of(bytes)); !taken) return tl::unexpected(taken.error());
      return link::Progress::some;
    }
    if (wire_->breaks) return base::fail(*wire_->breaks);
    return link::Progress::blocked;
  }
  net::Task<base::Result<void>> wait_writable() override {
    const auto wire = wire_;
    co_await wire->writable.wait();
    co_return base::Result<void>();
  }
  [[nodiscard]] base::Result<link::Progress> send(link::User& user) override {
    if (!wire_->open) return link::Progress::blocked;
    base::Bytes record(facts_.record_data);
    const auto given = user.give(record);
    wire_->sent += base::text_of(base::ByteView(record).first(given));
    return given > 0 ? link::Progress::some : link::Progress::nothing;
  }
  [[nodiscard]] net::Outgoing outgoing() const override {
    wire_->outgoing.acknowledged += wire_->acknowledged_each_look;
    return wire_->outgoing;
  }
  void finish(link::Ending how) override { wire_->endings.push_back(how); }
  void close() override {
    wire_->closed = true;
    wire_->readable.notify();
    wire_->writable.notify();
  }

 private:
  boost::asio::any_io_executor executor_;
  std::shared_ptr<Wire> wire_;
  link::Facts facts_;
};

class SessionOverLink : public ::testing::Test {
 protected:
  ~SessionOverLink() override {
    wire_->closed = true;
    wire_->readable.notify();
    wire_->writable.notify();
    poll();
  }
  void start(link::Facts facts = {}, mux::Role role = mux::Role::initiator, Protocols protocols = {},
             SessionOptions options = {}) {
    session_ = Session::start(std::make_unique<HandLink>(io_.get_executor(), wire_, facts), role,
                              std::move(protocols), std::move(options));
    poll();
  }
  void run_until(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    io_.restart();
    while (!condition() && std::chrono::steady_clock::now() < end)
      io_.run_one_for(std::chrono::milliseconds(50));
    ASSERT_TRUE(condition());
  }
  void poll() {
    io_.restart();
    io_.poll();
  }
  void close_wire() { wire_->open = false; }
  void open_wire() {
    wire_->open = true;
    wire_->writable.notify();
    poll();
  }
  void comes(const base::Bytes& bytes) {
    wire_->incoming.emplace_back(base::text_of(bytes));
    wire_->readable.notify();
    poll();
  }
  std::unique_ptr<Stream> open(std::string_view first) {
    return *session_->open("/test/1", base::bytes_of(first));
  }

  boost::asio::io_context io_{1};
  std::shared_ptr<Wire> wire_ = std::make_shared<Wire>(io_.get_executor());
  std::shared_ptr<Session> session_;
};

}  // namespace qnet::session::testing
