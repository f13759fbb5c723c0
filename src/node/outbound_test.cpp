// Several exits in this process, over real sessions; each answers as the test says.
#include "node/outbound.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/testing/comes_true.hpp"
#include "overlay/peer/read_message.hpp"
#include "overlay/session/stream.hpp"
#include "transport/htx/record_link.hpp"

namespace qnet::node {
namespace {

namespace asio = boost::asio;
using peer::ConnectAnswer;
using peer::ConnectStatus;
using peer::Lack;

const ConnectAnswer kServes{ConnectStatus::ok, {"0.0.0.0", 0}};
const ConnectAnswer kFull{ConnectStatus::general_failure, {}, Lack::places};
const ConnectAnswer kNoSuchPort{ConnectStatus::not_allowed, {}, Lack::port};
const ConnectAnswer kRefused{ConnectStatus::refused, {}};

struct Exit {
  std::string host;
  ConnectAnswer answer = kServes;
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
  ConnectStatus connect(std::uint16_t port = 443) {
    Answer answer;
    asio::co_spawn(
        io_,
        [](Outbound* outbound, std::uint16_t to, Answer* into) -> net::Task<void> {
          proxy::Destination destination{"site.example", to};
          into->emplace(co_await outbound->connect(std::move(destination)));
        }(outbound_.get(), port, &answer),
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

  std::vector<uplink::RelayCandidate> candidates() const {
    std::vector<uplink::RelayCandidate> all;
    for (const auto& exit : exits_) {
      uplink::RelayCandidate one;
      one.address.host = exit.host;
      one.address.noise_key = key_of(exit);
      all.push_back(std::move(one));
    }
    return all;
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
      [this] { return candidates(); });
};

class OutboundToNobody : public OutboundTest {
 protected:
  OutboundToNobody() : OutboundTest(true) {}
};

TEST_F(OutboundToNobody, a_silent_session_is_given_up_though_the_program_was_told_before) {
  OutboundPatience patience;
  patience.answer = std::chrono::milliseconds(1);
  patience.silence = std::chrono::seconds(1);
  outbound_->stop();
  outbound_ = std::make_shared<Outbound>(
      uplink_,
      std::make_shared<uplink::Detours>(io_.get_executor(),
                                        [this](link::RelayAddress to) { return dial(std::move(to)); }),
      [this] { return candidates(); }, patience);
  EXPECT_EQ(connect(), ConnectStatus::timeout);
  const auto session = sessions_.front();
  EXPECT_TRUE(session->usable());
  EXPECT_TRUE(net::testing::comes_true(io_, [&] { return !session->usable(); }));
}

TEST_F(OutboundTest, one_session_carries_what_its_exit_serves) {
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(connect(80), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 2U);
  EXPECT_EQ(exit("b").sessions, 0);
  EXPECT_EQ(status().counters.sessions_open, 0U);
}

TEST_F(OutboundTest, a_request_that_a_full_exit_declines_goes_to_the_next_one) {
  exit("a").answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 1U);
  EXPECT_EQ(exit("b").asked.size(), 1U);
  EXPECT_EQ(exit("c").sessions, 0);
}

TEST_F(OutboundTest, a_full_exit_is_not_asked_again_at_once_and_the_next_keeps_its_session) {
  exit("a").answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(connect(80), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 1U);
  EXPECT_EQ(exit("b").asked.size(), 2U);
  EXPECT_EQ(exit("b").sessions, 1);
}

TEST_F(OutboundTest, a_port_that_is_not_served_goes_elsewhere_and_other_ports_do_not) {
  exit("a").answer = kNoSuchPort;
  EXPECT_EQ(connect(8443), ConnectStatus::ok);
  exit("a").answer = kServes;
  EXPECT_EQ(connect(8443), ConnectStatus::ok);
  EXPECT_EQ(connect(443), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked, (std::vector<std::uint16_t>{8443, 443}));
  EXPECT_EQ(exit("b").asked, (std::vector<std::uint16_t>{8443, 8443}));
}

TEST_F(OutboundTest, a_refusal_of_another_kind_goes_nowhere_else) {
  exit("a").answer = kRefused;
  EXPECT_EQ(connect(), ConnectStatus::refused);
  EXPECT_EQ(asked_in_all(), 1U);
  EXPECT_EQ(exit("b").sessions, 0);
}

TEST_F(OutboundTest, each_exit_is_asked_once_and_few_of_them_and_the_last_reason_is_told) {
  exit("a").answer = kFull;
  exit("b").answer = kFull;
  exit("c").answer = kNoSuchPort;
  EXPECT_EQ(connect(), ConnectStatus::not_allowed);
  for (const char* host : {"a", "b", "c"}) EXPECT_EQ(exit(host).asked.size(), 1U) << host;
  EXPECT_EQ(exit("d").sessions, 0);
  // What was learned helps the next one further.
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("d").asked.size(), 1U);
  EXPECT_EQ(asked_in_all(), 4U);
}

TEST_F(OutboundTest, when_all_are_known_to_lack_it_the_one_in_use_is_asked_again) {
  exits_.erase(exits_.begin() + 2, exits_.end());
  for (auto& exit : exits_) exit.answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::general_failure);
  exit("a").answer = kServes;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("a").asked.size(), 2U);
  EXPECT_EQ(exit("b").asked.size(), 1U);
}

TEST_F(OutboundTest, without_another_exit_the_program_gets_the_answer_of_the_only_one) {
  exits_.resize(1);
  exit("a").answer = kNoSuchPort;
  EXPECT_EQ(connect(), ConnectStatus::not_allowed);
  EXPECT_EQ(connect(), ConnectStatus::not_allowed);
  EXPECT_EQ(exit("a").asked.size(), 2U);
}

TEST_F(OutboundTest, peers_without_an_exit_and_unreachable_ones_are_passed_over) {
  exit("a").answer = kFull;
  exit("b").reachable = false;
  exit("c").has_exit = false;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  EXPECT_EQ(exit("d").asked.size(), 1U);
}

TEST_F(OutboundTest, a_refusal_by_the_next_exit_is_the_programs_answer) {
  exit("a").answer = kFull;
  exit("b").answer = kRefused;
  EXPECT_EQ(connect(), ConnectStatus::refused);
  EXPECT_EQ(asked_in_all(), 2U);
}

TEST_F(OutboundTest, the_status_tells_of_the_other_session_and_of_the_lack) {
  exit("a").answer = kFull;
  EXPECT_EQ(connect(), ConnectStatus::ok);
  const auto told = status();
  EXPECT_EQ(told.counters.sessions_open, 1U);
  ASSERT_EQ(told.peers.size(), 1U);
  EXPECT_EQ(told.peers.front().name, "b:443");
  EXPECT_EQ(told.peers.front().state, control::PeerState::connected);
  EXPECT_NE(outbound_->explain_lack(key_of(exit("a"))), "");
  EXPECT_EQ(outbound_->explain_lack(key_of(exit("b"))), "");
}

}  // namespace
}  // namespace qnet::node
