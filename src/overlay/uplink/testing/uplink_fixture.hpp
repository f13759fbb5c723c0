// An Uplink whose dials the test ends, over sessions whose peer is a plain socket.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "overlay/uplink/testing/sessions.hpp"
#include "overlay/uplink/uplink.hpp"

namespace qnet::uplink::testing {

class UplinkFixture : public ::testing::Test {
 protected:
  struct PendingDial {
    PendingDial(const boost::asio::any_io_executor& executor, std::string to)
        : host(std::move(to)), ended(executor) {}
    std::string host;
    net::Signal ended;
    base::Result<session::Dialled> result = base::fail(net::Errc::refused);
  };
  using Request = std::shared_ptr<std::optional<base::Result<std::shared_ptr<session::Session>>>>;

  ~UplinkFixture() override {
    uplink_->stop();
    for (const auto& dial : dials_) dial->ended.notify();
    for (const auto& session : sessions_)
      if (session->wire.is_open()) session->cut();
    run();
  }

  Uplink::Hooks hooks() {
    return {.candidates = [this] { return candidates_; },
            .dial = [this](link::RelayAddress to) { return dial(std::move(to)); },
            .unsatisfied =
                [this] {
                  ++unsatisfied_;
                  if (on_unsatisfied_) on_unsatisfied_();
                }};
  }
  net::Task<base::Result<session::Dialled>> dial(link::RelayAddress to) {
    const auto pending = std::make_shared<PendingDial>(io_.get_executor(), to.host);
    dials_.push_back(pending);
    co_await pending->ended.wait();
    co_return std::move(pending->result);
  }

  void know(const std::string& host, Standing standing = Standing::invited) {
    RelayCandidate candidate;
    candidate.address.host = host;
    candidate.standing = standing;
    candidates_.push_back(std::move(candidate));
  }
  void start() {
    uplink_->start();
    run();
  }
  void run() {
    io_.restart();
    io_.poll();
  }
  template <class Condition>
  [[nodiscard]] bool becomes_true(Condition condition) {
    return net::testing::comes_true(io_, condition);
  }
  Request request() {
    auto answer = std::make_shared<Request::element_type>();
    boost::asio::co_spawn(
        io_, [uplink = uplink_, answer]() -> net::Task<void> { answer->emplace(co_await uplink->session()); },
        boost::asio::detached);
    run();
    return answer;
  }
  /// The dial to `host` that was begun last.
  PendingDial& dial_to(const std::string& host) {
    for (auto dial = dials_.rbegin(); dial != dials_.rend(); ++dial)
      if ((*dial)->host == host) return **dial;
    throw std::logic_error("nobody dials " + host);
  }
  WiredSession& succeed(const std::string& host) {
    auto& wired = make_session();
    auto& dial = dial_to(host);
    dial.result = session::Dialled{wired.session, std::chrono::milliseconds(42)};
    dial.ended.notify();
    run();
    return wired;
  }
  void fail(const std::string& host) {
    dial_to(host).ended.notify();
    run();
  }
  WiredSession& make_session() {
    sessions_.push_back(std::make_unique<WiredSession>(io_, random_));
    return *sessions_.back();
  }
  [[nodiscard]] Uplink::Peer peer(const std::string& host) const {
    for (auto& peer : uplink_->peers())
      if (peer.address.host == host) return peer;
    return {};
  }

  boost::asio::io_context io_{1};
  base::testing::SeededRandom random_{4};
  std::vector<RelayCandidate> candidates_;
  std::vector<std::shared_ptr<PendingDial>> dials_;
  std::vector<std::unique_ptr<WiredSession>> sessions_;
  std::function<void()> on_unsatisfied_;
  int unsatisfied_ = 0;
  std::shared_ptr<Uplink> uplink_ = std::make_shared<Uplink>(io_.get_executor(), hooks(), random_);
};

}  // namespace qnet::uplink::testing
