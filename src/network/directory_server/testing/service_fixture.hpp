// A directory for tests, on a store that fails when a test says so, and relays that answer as it says.
#pragma once

#include <gtest/gtest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "network/directory/clock.hpp"
#include "network/directory/testing/relays.hpp"
#include "network/directory_server/service.hpp"
#include "network/directory_server/testing/failing_store.hpp"

namespace qnet::directory::testing {

[[nodiscard]] inline WallTime now() { return wall_now(); }

class ServiceTest : public ::testing::Test {
 protected:
  static Roster::Options default_options() {
    Roster::Options options;
    options.shortest_interval = std::chrono::seconds(0);
    return options;
  }
  explicit ServiceTest(Roster::Options options = default_options()) {
    ServiceHooks hooks;
    hooks.probe = [this](std::shared_ptr<const SignedDescriptor> descriptor) {
      return probe(std::move(descriptor));
    };
    hooks.country_of = [](const ip::IpAddress&) { return std::optional<std::string>("NO"); };
    service_ = *Service::start(io_, operator_.clone(), options, std::make_unique<FailingStore>(controls_),
                               std::move(hooks), random_);
  }
  ~ServiceTest() override {
    service_->stop();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(50));
  }

  net::Task<std::optional<Found>> probe(std::shared_ptr<const SignedDescriptor> descriptor) {
    ++probes_;
    boost::asio::steady_timer pause(io_);
    while (holds_) {
      pause.expires_after(std::chrono::milliseconds(1));
      (void)co_await pause.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    if (throws_) throw std::runtime_error("a reachability probe that ends badly");
    if (!answers_) co_return std::nullopt;
    Found found{*ip::IpAddress::parse(descriptor->descriptor().addresses[0].host), measure_};
    co_return found;
  }

  template <class Condition>
  void run_until(Condition condition) {
    ASSERT_TRUE(net::testing::comes_true(io_, condition));
  }
  void run_for(std::chrono::milliseconds time) {
    io_.restart();
    io_.run_for(time);
  }
  Answer ask(Query query) {
    const auto answered = begin(std::move(query));
    run_until([&] { return answered->has_value(); });
    return **answered;
  }
  [[nodiscard]] SignedDescriptor descriptor(const peer::Identity& keys) const {
    auto descriptor = descriptor_of(keys);
    descriptor.issued = now();
    descriptor.expires = now() + std::chrono::hours(1);
    return SignedDescriptor::sign(descriptor, keys);
  }
  /// What the relay signs next about the same endpoint.
  [[nodiscard]] SignedDescriptor with_bandwidth(const peer::Identity& keys, std::uint64_t bandwidth) const {
    auto changed = descriptor(keys).descriptor();
    changed.bandwidth = bandwidth;
    return SignedDescriptor::sign(changed, keys);
  }
  /// Registers so many relays at hosts of their own.
  void register_relays(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto keys = identity(200 + i);
      auto described = descriptor_of(keys, "198.51.98." + std::to_string(1 + i));
      described.issued = now();
      described.expires = now() + std::chrono::hours(1);
      (void)tell(keys, registration_of(SignedDescriptor::sign(described, keys), 1, now()));
    }
  }
  /// Without waiting for its answer.
  std::shared_ptr<std::optional<Answer>> begin(Query query) {
    auto answered = std::make_shared<std::optional<Answer>>();
    auto task = [](std::shared_ptr<Service> service, Query asked,
                   std::shared_ptr<std::optional<Answer>> to) -> net::Task<void> {
      *to = co_await service->answer(std::move(asked));
    };
    boost::asio::co_spawn(io_, task(service_, std::move(query), answered), boost::asio::detached);
    return answered;
  }
  /// Another directory on what the store has.
  [[nodiscard]] std::shared_ptr<Service> start_another() {
    return *Service::start(io_, operator_.clone(), {}, std::make_unique<FailingStore>(controls_), {},
                           random_);
  }
  [[nodiscard]] Record record_of(const peer::Identity& keys, WallTime last_seen,
                                 std::uint64_t sequence = 1) const {
    const auto signed_one = descriptor(keys);
    return Record{keys.signing.public_key,
                  {signed_one.wire().begin(), signed_one.wire().end()},
                  sequence,
                  last_seen,
                  last_seen,
                  true,
                  {},
                  false};
  }
  void bring(std::vector<Record> news) {
    const std::scoped_lock lock(controls_->mutex);
    controls_->news = std::move(news);
  }
  Answer tell(const peer::Identity& keys, const Registration& registration) {
    return ask({Query::Kind::registration, registration.sign(keys)});
  }

  boost::asio::io_context io_;
  base::testing::SeededRandom random_{7};
  peer::Identity operator_ = identity(50);
  peer::Identity relay_ = identity(51);
  std::shared_ptr<FailingStore::Controls> controls_ = std::make_shared<FailingStore::Controls>();
  std::shared_ptr<Service> service_;
  bool answers_ = true;
  bool holds_ = false;  ///< probes do not end
  bool throws_ = false;
  int probes_ = 0;
  std::function<net::Task<std::optional<Rate>>()> measure_;  ///< of every relay
};

}  // namespace qnet::directory::testing
