// Several exits in this process, over real sessions; each answers as the test says.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "node/outbound.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"
#include "transport/htx/record_link.hpp"

namespace qnet::node::testing {

namespace asio = boost::asio;
using peer::ConnectAnswer;
using peer::ConnectStatus;
using peer::Lack;

inline const ConnectAnswer kServes{ConnectStatus::ok, {"0.0.0.0", 0}};
inline const ConnectAnswer kFull{ConnectStatus::general_failure, {}, Lack::places};
inline const ConnectAnswer kNoSuchPort{ConnectStatus::not_allowed, {}, Lack::port};
inline const ConnectAnswer kRefused{ConnectStatus::refused, {}};

struct Exit {
  std::string host;
  ConnectAnswer answer = kServes;
  std::string country = "SE";
  bool has_exit = true;
  bool reachable = true;
  bool gone = false;                   // takes connections, and says nothing on them
  std::vector<std::uint16_t> asked{};  // for which ports
  int sessions = 0;
};

class OutboundTest : public ::testing::Test {
 protected:
  using Answer = std::optional<proxy::Connected>;

  explicit OutboundTest(bool gone = false) {
    for (const char* host : {"a", "b", "c", "d"}) exits_.push_back({.host = host, .gone = gone});
    uplink_->start();
    run();
  }
  ~OutboundTest() override {
    outbound_->stop();
    uplink_->stop();
    for (const auto& session : sessions_) session->close();
    (void)net::testing::comes_true(io_, [this] {
      return std::ranges::none_of(sessions_, [](const auto& session) { return session->alive(); });
    });
    run();
  }

  Exit& exit(const std::string& host) { return *std::ranges::find(exits_, host, &Exit::host); }
  [[nodiscard]] std::size_t asked_in_all() const {
    std::size_t sum = 0;
    for (const auto& exit : exits_) sum += exit.asked.size();
    return sum;
  }
  ConnectStatus connect(std::uint16_t port = 443, Outbound::Countries countries = {}) {
    Answer answer;
    asio::co_spawn(
        io_,
        [](Outbound* outbound, std::uint16_t to, Outbound::Countries in, Answer* into) -> net::Task<void> {
          proxy::Destination destination{"site.example", to};
          into->emplace(co_await outbound->connect(std::move(destination), std::move(in)));
        }(outbound_.get(), port, std::move(countries), &answer),
        asio::detached);
    EXPECT_TRUE(net::testing::comes_true(io_, [&] { return answer.has_value(); }));
    EXPECT_EQ(answer && answer->stream, answer && answer->status == ConnectStatus::ok);
    return answer ? answer->status : ConnectStatus::general_failure;
  }
  [[nodiscard]] control::Status status() const {
    control::Status status;
    outbound_->fill(status);
    return status;
  }
  void run() {
    io_.restart();
    io_.poll();
  }

  static bool is_in(const Exit& exit, const Outbound::Countries& countries) {
    return countries.empty() || std::ranges::find(countries, exit.country) != countries.end();
  }
  std::vector<uplink::RelayCandidate> candidates(const Outbound::Countries& countries = {}) const {
    std::vector<uplink::RelayCandidate> all;
    for (const auto& exit : exits_) {
      if (!is_in(exit, countries)) continue;
      uplink::RelayCandidate one;
      one.address.host = exit.host;
      one.address.noise_key = key_of(exit);
      all.push_back(std::move(one));
    }
    return all;
  }
  [[nodiscard]] Outbound::Known known() const {
    return {.exits = [this](const auto& countries) { return candidates(countries); },
            .is_in =
                [this](const auto& key, const auto& countries) {
                  return std::ranges::any_of(exits_, [&](const Exit& exit) {
                    return key_of(exit) == key && is_in(exit, countries);
                  });
                }};
  }
  static crypto::X25519Public key_of(const Exit& exit) {
    return {static_cast<std::uint8_t>(exit.host.front())};
  }
  net::Task<base::Result<session::Dialled>> dial(link::RelayAddress to) {
    auto& exit = this->exit(to.host);
    if (!exit.reachable) co_return base::fail(net::Errc::refused);
    ++exit.sessions;
    net::tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io_);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    if (exit.gone)
      silent_.push_back(std::move(far));
    else
      start(std::move(far), mux::Role::responder, {}, protocols(exit));
    link::Facts facts;
    facts.peer_key = to.noise_key;
    co_return session::Dialled{start(std::move(near), mux::Role::initiator, facts, {}), {}};
  }
  std::shared_ptr<session::Session> start(net::tcp::socket socket, mux::Role role, const link::Facts& facts,
                                          session::Protocols protocols) {
    htx::RecordLinkConfig config{noise::CipherState(crypto::Secret<32>()),
                                 noise::CipherState(crypto::Secret<32>())};
    config.facts = facts;
    auto link = std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(std::move(socket)),
                                                  std::move(config), random_);
    sessions_.push_back(session::Session::start(std::move(link), role, std::move(protocols)));
    return sessions_.back();
  }
  static session::Protocols protocols(Exit& exit) {
    if (!exit.has_exit) return {};
    return {{peer::kConnectProtocol, [&exit](std::unique_ptr<session::Stream> stream) -> net::Task<void> {
               const auto request = co_await peer::read_message<peer::ConnectRequest>(*stream);
               if (!request) co_return;
               exit.asked.push_back(request->port);
               const auto bytes = exit.answer.encode();
               (void)co_await net::write_all(*stream, bytes);
               co_await net::finish_and_drain(*stream);
             }}};
  }

  asio::io_context io_{1};
  base::testing::SeededRandom random_{6};
  std::vector<Exit> exits_;
  std::vector<std::shared_ptr<session::Session>> sessions_;
  std::vector<net::tcp::socket> silent_;
  std::shared_ptr<uplink::Uplink> uplink_ = std::make_shared<uplink::Uplink>(
      io_.get_executor(),
      uplink::Uplink::Hooks{.candidates = [this] { return candidates(); },
                            .dial = [this](link::RelayAddress to) { return dial(std::move(to)); },
                            .unsatisfied = [] {}},
      random_);
  std::shared_ptr<Outbound> outbound_ = std::make_shared<Outbound>(
      uplink_,
      std::make_shared<uplink::Detours>(io_.get_executor(),
                                        [this](link::RelayAddress to) { return dial(std::move(to)); }),
      known());
};

}  // namespace qnet::node::testing
