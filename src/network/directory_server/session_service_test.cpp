// Sessions over real loopback connections that ask a directory.
#include "network/directory_server/session_service.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/tcp.hpp"
#include "network/directory/stream_message.hpp"
#include "network/directory/testing/relays.hpp"
#include "network/directory_server/testing/failing_store.hpp"
#include "overlay/session/stream.hpp"
#include "transport/htx/record_link.hpp"

namespace qnet::directory {
namespace {

namespace asio = boost::asio;
using asio::ip::make_address;

crypto::Secret<32> key(std::uint8_t fill) {
  crypto::Secret<32> secret;
  std::ranges::fill(secret.data(), fill);
  return secret;
}

class SessionService : public ::testing::Test {
 protected:
  SessionService() {
    ServiceHooks hooks;
    hooks.probe = [](std::shared_ptr<const SignedDescriptor>) -> net::Task<std::optional<Found>> {
      co_return std::nullopt;
    };
    service_ = *Service::start(
        io_, testing::identity(50), {},
        std::make_unique<testing::FailingStore>(std::make_shared<testing::FailingStore::Controls>()),
        std::move(hooks), random_);
  }
  ~SessionService() override {
    for (const auto& session : sessions_) session->close();
    service_->stop();
    io_.restart();
    io_.run_for(std::chrono::milliseconds(200));
  }

  std::unique_ptr<link::Link> link_over(net::tcp::socket socket, htx::RecordLinkConfig config) {
    return std::make_unique<htx::RecordLink>(std::make_unique<net::TcpStream>(std::move(socket)),
                                             std::move(config), random_);
  }

  /// The client's end of a session that was accepted from there.
  std::shared_ptr<session::Session> connect(std::optional<asio::ip::address> from) {
    net::tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io_);
    near.connect(acceptor.local_endpoint());
    auto far = acceptor.accept();
    htx::RecordLinkConfig accepted{noise::CipherState(key(2)), noise::CipherState(key(1))};
    accepted.facts.remote_address = std::move(from);
    session::Protocols protocols{{"/test/directory/1", directory_handler(service_, io_)}};
    sessions_.push_back(session::Session::start(link_over(std::move(far), std::move(accepted)),
                                                mux::Role::responder, std::move(protocols)));
    htx::RecordLinkConfig dialled{noise::CipherState(key(1)), noise::CipherState(key(2))};
    return sessions_.emplace_back(
        session::Session::start(link_over(std::move(near), std::move(dialled)), mux::Role::initiator, {}));
  }

  Answer ask(session::Session& session) { return ask(session, Query{Query::Kind::snapshot, {}}.encode()); }
  Answer ask(session::Session& session, const base::Bytes& question) {
    std::optional<Answer> answer;
    auto stream = session.open("/test/directory/1", question);
    EXPECT_TRUE(stream);
    const auto task = [](std::unique_ptr<session::Stream> opened,
                         std::optional<Answer>* to) -> net::Task<void> {
      opened->finish();
      const auto message = co_await read_framed(*opened, ExchangeLimits::answer);
      auto decoded = message ? Answer::decode(*message) : base::Result<Answer>(base::fail(Errc::no_answer));
      *to = decoded ? std::move(*decoded) : refusal(decoded.error());
    };
    asio::co_spawn(io_, task(std::move(*stream), &answer), asio::detached);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!answer && std::chrono::steady_clock::now() < end) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(answer);
    return answer.value_or(Answer{});
  }
  /// How many of so many questions were answered.
  unsigned answered(session::Session& session, unsigned questions) {
    unsigned count = 0;
    for (unsigned i = 0; i < questions; ++i) count += ask(session).status == Status::ok ? 1 : 0;
    return count;
  }

  asio::io_context io_{1};
  base::testing::SeededRandom random_{7};
  std::shared_ptr<Service> service_;
  std::vector<std::shared_ptr<session::Session>> sessions_;
};

TEST_F(SessionService, an_address_has_one_budget_however_many_sessions_it_opens) {
  const auto first = connect(make_address("2001:db8:0:1::1"));
  const auto second = connect(make_address("2001:db8:0:1::2"));
  const auto neighbour = connect(make_address("2001:db8:0:2::1"));
  EXPECT_EQ(answered(*first, 60), 60U);
  EXPECT_EQ(answered(*second, 60), RateLimits::requests - 60);
  const auto refused = ask(*first);
  EXPECT_EQ(refused.status, Status::too_many);
  EXPECT_GT(refused.retry_after.count(), 0);
  EXPECT_EQ(answered(*neighbour, 1), 1U);
}

TEST_F(SessionService, where_no_address_is_known_each_session_has_a_budget) {
  const auto first = connect(std::nullopt);
  const auto second = connect(std::nullopt);
  EXPECT_EQ(answered(*first, RateLimits::requests + 1), RateLimits::requests);
  EXPECT_EQ(answered(*second, 1), 1U);
}

TEST_F(SessionService, has_a_limiter_of_its_own) {
  auto& http = service_->limiter();
  for (std::uint64_t client = 1; client <= RateLimits::clients + 1000; ++client)
    (void)http.admit(client, std::chrono::steady_clock::now());
  EXPECT_EQ(answered(*connect(make_address("192.0.2.1")), 1), 1U);
}

TEST_F(SessionService, one_client_takes_few_whole_lists_at_once) {
  const auto address = make_address("192.0.2.1");
  auto& limiter = service_->session_limiter();
  std::vector<std::shared_ptr<const void>> under_way;
  for (unsigned i = 0; i < LargeAnswerLimits::per_client; ++i)
    under_way.push_back(limiter.large_answers().begin(limiter.client_at(address)));
  const auto session = connect(address);
  const auto refused = ask(*session);
  EXPECT_EQ(refused.status, Status::too_many);
  EXPECT_GT(refused.retry_after.count(), 0);
  EXPECT_FALSE(refused.list);
  EXPECT_EQ(service_->counters().snapshots, 0U) << "it was not given";
  under_way.clear();
  EXPECT_EQ(answered(*session, LargeAnswerLimits::per_client + 2), LargeAnswerLimits::per_client + 2)
      << "the slots are not given back";
  EXPECT_EQ(service_->counters().snapshots, LargeAnswerLimits::per_client + 2);
}

TEST_F(SessionService, a_question_out_of_form_is_answered) {
  const auto session = connect(make_address("192.0.2.1"));
  const auto nothing = ask(*session, base::Bytes(4));
  EXPECT_EQ(nothing.status, Status::bad_request);
  EXPECT_FALSE(nothing.hint.empty());
  EXPECT_EQ(ask(*session, {0xff, 0xff, 0xff, 0xff}).status, Status::too_large);
}

}  // namespace
}  // namespace qnet::directory
