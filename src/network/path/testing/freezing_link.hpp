// A link that a test can freeze: nothing comes or goes, as on a path that drops all packets.
#pragma once

#include <memory>
#include <vector>

#include "foundation/net/signal.hpp"
#include "transport/link/link.hpp"

namespace qnet::path::testing {

/// Shared by the links that freeze together.
class Frost {
 public:
  explicit Frost(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void freeze() { frozen_ = deaf_ = true; }
  /// What is sent arrives, and nothing comes back.
  void deafen() { deaf_ = true; }
  void thaw() {
    frozen_ = deaf_ = false;
    for (const auto& waiter : std::exchange(waiters_, {})) waiter->notify();
  }
  [[nodiscard]] bool frozen() const { return frozen_; }
  [[nodiscard]] bool deaf() const { return deaf_; }
  net::Task<void> wait() {
    const auto waiter = std::make_shared<net::Signal>(executor_);
    waiters_.push_back(waiter);
    co_await waiter->wait();
  }

 private:
  boost::asio::any_io_executor executor_;
  std::vector<std::shared_ptr<net::Signal>> waiters_;
  bool frozen_ = false;
  bool deaf_ = false;
};

class FreezingLink final : public link::Link {
 public:
  FreezingLink(std::unique_ptr<link::Link> link, std::shared_ptr<Frost> frost)
      : link_(std::move(link)), frost_(std::move(frost)) {}

  [[nodiscard]] const link::Facts& facts() const override { return link_->facts(); }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return link_->executor(); }
  net::Task<base::Result<void>> wait_readable() override {
    const auto frost = frost_;
    if (frost->deaf()) co_await frost->wait();
    co_return co_await link_->wait_readable();
  }
  [[nodiscard]] base::Result<link::Progress> receive(link::User& user) override {
    if (frost_->deaf()) return link::Progress::blocked;
    return link_->receive(user);
  }
  net::Task<base::Result<void>> wait_writable() override {
    const auto frost = frost_;
    if (frost->frozen()) co_await frost->wait();
    co_return co_await link_->wait_writable();
  }
  [[nodiscard]] base::Result<link::Progress> send(link::User& user) override {
    if (frost_->frozen()) return link::Progress::blocked;
    return link_->send(user);
  }
  [[nodiscard]] net::Outgoing outgoing() const override { return link_->outgoing(); }
  void finish(link::Ending how) override { link_->finish(how); }
  void close() override {
    link_->close();
    frost_->thaw();
  }

 private:
  std::unique_ptr<link::Link> link_;
  std::shared_ptr<Frost> frost_;
};

}  // namespace qnet::path::testing
