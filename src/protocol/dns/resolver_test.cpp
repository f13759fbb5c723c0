#include "protocol/dns/resolver.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <boost/asio/bind_cancellation_slot.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/run.hpp"
#include "protocol/dns/testing/dns_server.hpp"

namespace qnet::dns {
namespace {

using namespace std::chrono_literals;
using net::testing::open_descriptors;
using net::testing::run;
using net::testing::run_all;
using testing::DnsReply;
using testing::DnsServer;
using ::testing::ElementsAre;
using testing::ip;
using ::testing::SizeIs;
using Answer = base::Result<std::vector<ip::IpAddress>>;

class ResolverTest : public ::testing::Test {
 protected:
  explicit ResolverTest(std::size_t max_lookups = 128) : max_lookups_(max_lookups) {}

  // Nothing may be left behind: no socket, no timer, no coroutine.
  void TearDown() override {
    server_.stop();
    resolver_.reset();
    net::testing::drain(io_);
    EXPECT_EQ(open_descriptors(), descriptors_before_ - 2)
        << "the server's two sockets are closed, nothing else opened";
  }

  ResolverOptions options() const {
    ResolverOptions options;
    options.name_servers = {server_.endpoint()};
    // Long enough that a busy machine does not matter where an answer is expected.
    options.timing = {.first_try = 2000ms, .tries = 2, .deadline = 20000ms, .v6_wait = 20ms};
    options.max_lookups = max_lookups_;
    return options;
  }
  Resolver& resolver() {
    if (!resolver_) resolver_ = std::make_unique<Resolver>(io_.get_executor(), options());
    return *resolver_;
  }
  Resolver& resolver_with(const ResolverOptions& options) {
    resolver_ = std::make_unique<Resolver>(io_.get_executor(), options);
    return *resolver_;
  }
  Resolver& hasty_resolver() {
    auto hasty = options();
    hasty.timing.first_try = 20ms;
    hasty.timing.deadline = 60ms;
    return resolver_with(hasty);
  }
  Answer resolve(const std::string& name) { return run(io_, resolver().resolve(name)); }

  boost::asio::io_context io_{1};
  std::optional<DnsReply> reply_ = DnsReply{};
  std::function<std::optional<DnsReply>(const DnsServer::Question&)> zone_ = [this](const auto&) {
    return reply_;
  };
  DnsServer server_{io_, [this](const DnsServer::Question& question) { return zone_(question); }};
  std::size_t max_lookups_;
  std::size_t descriptors_before_ = open_descriptors();
  std::unique_ptr<Resolver> resolver_;
};

class SmallResolverTest : public ResolverTest {
 protected:
  SmallResolverTest() : ResolverTest(2) {}
};

TEST_F(ResolverTest, gives_the_ipv4_and_ipv6_addresses_of_a_name) {
  reply_->addresses = {ip("93.184.216.34"), ip("93.184.216.35"), ip("2606:4700::1")};
  EXPECT_THAT(resolve("www.example.com").value(),
              ElementsAre(ip("93.184.216.34"), ip("93.184.216.35"), ip("2606:4700::1")));
  ASSERT_THAT(server_.questions(), SizeIs(2));
  for (const auto& question : server_.questions()) EXPECT_EQ(question.name, "www.example.com");
}

TEST_F(ResolverTest, follows_an_alias) {
  reply_->addresses = {ip("93.184.216.34")};
  reply_->alias = "edge.cdn.example.net";
  EXPECT_THAT(resolve("www.example.com").value(), ElementsAre(ip("93.184.216.34")));
}

TEST_F(ResolverTest, an_absent_name_and_one_without_addresses_are_not_found) {
  reply_->rcode = 3;
  EXPECT_TRUE(resolve("absent.example.com").error().is(Errc::name_not_found));
  reply_->rcode = 0;
  EXPECT_TRUE(resolve("empty.example.com").error().is(Errc::name_not_found));
}

TEST_F(ResolverTest, never_reads_the_hosts_file_nor_adds_a_search_domain) {
  reply_->rcode = 3;
  std::ifstream hosts("/etc/hosts");
  std::string word;
  std::vector<std::string> names{"localhost", "www"};
  while (hosts >> word) {
    if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == std::string::npos &&
        !ip::IpAddress::parse(word))
      names.push_back(word);
  }
  for (const auto& name : names) {
    EXPECT_TRUE(resolve(name).error().is(Errc::name_not_found)) << name;
    EXPECT_EQ(server_.questions().back().name, name);
  }
}

TEST_F(ResolverTest, a_failing_name_server_is_not_an_absent_name) {
  reply_->rcode = 2;
  EXPECT_TRUE(resolve("www.example.com").error().is(Errc::name_service_failed));
}

TEST_F(ResolverTest, a_silent_name_server_ends_in_a_timeout) {
  reply_.reset();
  hasty_resolver();
  EXPECT_TRUE(resolve("www.example.com").error().is(Errc::timeout));
  EXPECT_GE(server_.questions().size(), 2U);
}

TEST_F(ResolverTest, asks_again_when_the_first_question_was_lost) {
  std::size_t asked = 0;
  zone_ = [&](const auto&) {
    return ++asked <= 2 ? std::nullopt : std::optional(DnsReply{.addresses = {ip("93.184.216.34")}});
  };
  auto patient = options();
  patient.timing.first_try = 20ms;
  patient.timing.tries = 10;
  resolver_with(patient);
  EXPECT_THAT(resolve("www.example.com").value(), ElementsAre(ip("93.184.216.34")));
}

TEST_F(ResolverTest, does_not_wait_for_ipv6_that_never_comes) {
  zone_ = [](const DnsServer::Question& question) {
    return question.v6 ? std::nullopt : std::optional(DnsReply{.addresses = {ip("93.184.216.34")}});
  };
  EXPECT_THAT(resolve("www.example.com").value(), ElementsAre(ip("93.184.216.34")));
}

TEST_F(ResolverTest, uses_ipv6_alone_when_ipv4_has_no_answer_in_the_end) {
  zone_ = [](const DnsServer::Question& question) {
    return question.v6 ? std::optional(DnsReply{.addresses = {ip("2606:4700::1")}}) : std::nullopt;
  };
  hasty_resolver();
  EXPECT_THAT(resolve("www.example.com").value(), ElementsAre(ip("2606:4700::1")));
}

TEST_F(ResolverTest, asks_by_tcp_when_the_answer_was_cut) {
  reply_->addresses = {ip("93.184.216.34"), ip("2606:4700::1")};
  reply_->truncated = true;
  EXPECT_THAT(resolve("www.example.com").value(), ElementsAre(ip("93.184.216.34"), ip("2606:4700::1")));
  EXPECT_TRUE(server_.questions().back().over_tcp);
}

TEST_F(ResolverTest, garbage_is_no_answer) {
  base::testing::SeededRandom random(7);
  zone_ = [&](const auto&) {
    base::Bytes raw(1 + server_.questions().size() % 200);
    random.fill(raw);
    return std::optional(DnsReply{.raw = raw});
  };
  hasty_resolver();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(resolve("www.example.com"));
}

TEST_F(ResolverTest, garbage_behind_a_good_head_is_no_answer) {
  base::testing::SeededRandom random(8);
  zone_ = [&](const auto&) {
    base::Bytes records(server_.questions().size() % 300);
    random.fill(records);
    return std::optional(DnsReply{.raw_records = records});
  };
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(resolve("www.example.com").error().is(Errc::name_service_failed));
}

TEST_F(ResolverTest, takes_no_more_than_16_addresses_of_each_family) {
  for (std::uint8_t i = 1; i <= 60; ++i)
    reply_->addresses.emplace_back(ip::IpAddress::V4Bytes{93, 184, 216, i});
  for (std::uint8_t i = 1; i <= 20; ++i) {
    reply_->addresses.emplace_back(
        ip::IpAddress::V6Bytes{0x26, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, i});
  }
  EXPECT_THAT(resolve("www.example.com").value(), SizeIs(32));
}

TEST_F(ResolverTest, remembers_an_answer_for_its_ttl) {
  reply_ = DnsReply{.addresses = {ip("93.184.216.34")}, .ttl = 300};
  EXPECT_TRUE(resolve("www.example.com"));
  reply_ = DnsReply{.rcode = 3};
  EXPECT_THAT(resolve("www.example.com").value(), ElementsAre(ip("93.184.216.34")));
  EXPECT_THAT(server_.questions(), SizeIs(2));
}

TEST_F(ResolverTest, asks_each_time_when_the_ttl_is_zero) {
  reply_ = DnsReply{.addresses = {ip("93.184.216.34")}, .ttl = 0};
  EXPECT_TRUE(resolve("www.example.com"));
  EXPECT_TRUE(resolve("www.example.com"));
  EXPECT_THAT(server_.questions(), SizeIs(4));
}

TEST_F(ResolverTest, many_who_ask_for_one_name_share_one_lookup) {
  reply_->addresses = {ip("93.184.216.34")};
  std::vector<net::Task<Answer>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(resolver().resolve("www.example.com"));
  for (const auto& answer : run_all(io_, std::move(tasks)))
    EXPECT_THAT(answer.value(), ElementsAre(ip("93.184.216.34")));
  EXPECT_THAT(server_.questions(), SizeIs(2));
}

TEST_F(ResolverTest, each_lookup_asks_from_new_ports) {
  reply_ = DnsReply{.addresses = {ip("93.184.216.34")}, .ttl = 0};
  std::vector<net::Task<Answer>> tasks;
  for (int i = 0; i < 40; ++i) tasks.push_back(resolver().resolve("n" + std::to_string(i) + ".example.com"));
  for (const auto& answer : run_all(io_, std::move(tasks))) EXPECT_TRUE(answer);
  std::set<std::uint16_t> distinct;
  for (const auto& asker : server_.askers()) distinct.insert(asker.port());
  EXPECT_GE(distinct.size(), 35U);
}

TEST_F(SmallResolverTest, refuses_more_names_at_once_than_its_limit) {
  reply_->addresses = {ip("93.184.216.34")};
  std::vector<net::Task<Answer>> tasks;
  for (const auto* name : {"a.example.com", "b.example.com", "a.example.com", "c.example.com"})
    tasks.push_back(resolver().resolve(name));
  const auto answers = run_all(io_, std::move(tasks));
  EXPECT_TRUE(answers[0] && answers[1] && answers[2]);
  EXPECT_TRUE(answers[3].error().is(Errc::limit_reached));
  EXPECT_TRUE(resolve("c.example.com")) << "there is room again";
}

TEST_F(ResolverTest, a_lookup_that_nobody_waits_for_any_more_is_given_up) {
  reply_.reset();
  boost::asio::cancellation_signal first;
  boost::asio::cancellation_signal second;
  std::vector<bool> outcomes;  // whether it was cancelled
  for (auto* signal : {&first, &second}) {
    boost::asio::co_spawn(
        io_, resolver().resolve("www.example.com"),
        boost::asio::bind_cancellation_slot(signal->slot(), [&](std::exception_ptr, Answer answer) {
          outcomes.push_back(answer.error().is(Errc::cancelled));
        }));
  }
  while (server_.questions().size() < 2) io_.run_one();
  first.emit(boost::asio::cancellation_type::terminal);
  while (outcomes.empty()) io_.run_one();
  EXPECT_EQ(resolver().lookups_running(), 1U) << "the other one still waits";
  second.emit(boost::asio::cancellation_type::terminal);
  while (outcomes.size() < 2) io_.run_one();
  EXPECT_EQ(resolver().lookups_running(), 0U);
  EXPECT_THAT(outcomes, ElementsAre(true, true));
}

TEST_F(ResolverTest, those_who_wait_are_told_when_the_resolver_goes) {
  reply_.reset();
  std::optional<bool> cancelled;
  boost::asio::co_spawn(io_, resolver().resolve("www.example.com"), [&](std::exception_ptr, Answer answer) {
    cancelled = answer.error().is(Errc::cancelled);
  });
  while (server_.questions().size() < 2) io_.run_one();
  resolver_.reset();
  while (!cancelled) io_.run_one();
  EXPECT_EQ(cancelled, true);
}

TEST(ResolverShutdown, leaves_nothing_when_its_io_context_goes_first_or_last) {
  const auto before = open_descriptors();
  {
    std::optional<boost::asio::io_context> io(std::in_place, 1);
    std::optional<DnsServer> server(std::in_place, *io, [](const auto&) { return std::nullopt; });
    ResolverOptions options;
    options.name_servers = {server->endpoint()};
    Resolver resolver(io->get_executor(), options);
    boost::asio::co_spawn(*io, resolver.resolve("www.example.com"), boost::asio::detached);
    while (server->questions().size() < 2) io->run_one();
    server.reset();
    io.reset();
  }
  {
    boost::asio::io_context io(1);
    DnsServer server(io, [](const auto&) { return std::nullopt; });
    ResolverOptions options;
    options.name_servers = {server.endpoint()};
    Resolver resolver(io.get_executor(), options);
    boost::asio::co_spawn(io, resolver.resolve("www.example.com"), boost::asio::detached);
    while (server.questions().size() < 2) io.run_one();
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace qnet::dns
