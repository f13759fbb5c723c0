#include "node/process.hpp"

#include <csignal>

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/net/error.hpp"
#include "node/error.hpp"
#include "node/testing/recorded_part.hpp"

namespace qnet::node {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Record;
using testing::RecordedPart;

/// As if somebody had pressed Ctrl-C. Process::run() listens for it before it calls `started`.
void interrupt() { (void)std::raise(SIGINT); }

TEST(ProcessRun, stops_its_parts_at_a_signal_and_finishes_them_when_the_threads_have_ended) {
  Record record;
  RecordedPart part("a", record);
  Process process(2, {milliseconds(0), hours(1)});
  const auto done = process.run(part, [&] {
    record.emplace_back("started");
    interrupt();
  });
  EXPECT_TRUE(done);
  EXPECT_THAT(record, ElementsAre("start a", "started", "stop a", "finish a"));
  EXPECT_TRUE(process.pool().first().stopped());
}

TEST(ProcessRun, gives_the_error_of_a_start_that_failed) {
  Record record;
  RecordedPart part("a", record, true);
  Process process(1);
  const auto done = process.run(part, [&] { record.emplace_back("started"); });
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is(Errc::cannot_start));
  EXPECT_THAT(record, ElementsAre("start a"));
}

TEST(ProcessRun, ends_with_the_problem_of_a_part_that_cannot_go_on) {
  Record record;
  RecordedPart part("a", record);
  Process process(1);
  const auto done = process.run(
      part, [&] { boost::asio::post(process.pool().first(), [&] { process.fail(Errc::cannot_listen); }); });
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().is(Errc::cannot_listen));
  EXPECT_THAT(record, ElementsAre("start a", "finish a"));
}

TEST(ProcessRun, waits_for_whoever_says_goodbye) {
  Record record;
  RecordedPart part("a", record);
  Process process(1, {milliseconds(0), hours(1)});
  part.on_stop = [&](const Farewell& farewell) {
    const auto timer = std::make_shared<boost::asio::steady_timer>(process.pool().first(), milliseconds(20));
    timer->async_wait([&record, timer, farewell](auto) { record.emplace_back("goodbye"); });
  };
  EXPECT_TRUE(process.run(part, interrupt));
  EXPECT_THAT(record, ElementsAre("start a", "stop a", "goodbye", "finish a"));
}

TEST(ProcessRun, waits_for_nobody_longer_than_the_limit) {
  Record record;
  RecordedPart part("a", record);
  Farewell held;
  Process process(1, {milliseconds(0), milliseconds(20)});
  part.on_stop = [&](const Farewell& farewell) { held = farewell; };
  EXPECT_TRUE(process.run(part, interrupt));
  EXPECT_THAT(record, ElementsAre("start a", "stop a", "finish a"));
  held.reset();
}

TEST(ProcessRun, does_not_wait_after_a_second_signal) {
  Record record;
  RecordedPart part("a", record);
  Farewell held;
  Process process(1, {hours(1), hours(1)});
  part.on_stop = [&](const Farewell& farewell) {
    held = farewell;
    interrupt();
  };
  EXPECT_TRUE(process.run(part, interrupt));
  EXPECT_THAT(record, ElementsAre("start a", "stop a", "finish a"));
  held.reset();
}

TEST(ProcessRun, leaves_sessions_their_moment_when_nobody_says_goodbye) {
  Record record;
  RecordedPart part("a", record);
  Process process(1, {milliseconds(30), hours(1)});
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(process.run(part, interrupt));
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(30));
}

const net::tcp::endpoint kPort443{boost::asio::ip::make_address("127.0.0.1"), 443};

TEST(ExplainListenError, names_the_taken_port_its_owner_and_the_flag) {
  boost::asio::io_context io;
  const net::tcp::acceptor owner(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const auto at = owner.local_endpoint();
  const auto text = explain_listen_error(net::Errc::address_in_use, at, "--some-port").message();
  EXPECT_THAT(text, HasSubstr("port " + std::to_string(at.port()) + " is taken by"));
  EXPECT_THAT(text, HasSubstr("(pid " + std::to_string(::getpid()) + ")"));
  EXPECT_THAT(text, HasSubstr("--some-port"));
}

TEST(ExplainListenError, says_how_a_low_port_is_permitted) {
  const auto text = explain_listen_error(net::Errc::not_permitted, kPort443, "--some-port").message();
  EXPECT_THAT(text, HasSubstr("port 443"));
  EXPECT_THAT(text, HasSubstr("--some-port"));
  EXPECT_THAT(text, HasSubstr("setcap"));
}

TEST(ExplainListenError, says_that_an_address_is_not_this_machines) {
  const auto text = explain_listen_error(net::Errc::address_unavailable, kPort443, "--listen").message();
  EXPECT_THAT(text, HasSubstr("127.0.0.1 is not an address of this machine"));
  EXPECT_THAT(text, HasSubstr("--listen"));
}

TEST(ExplainStartError, finds_out_which_port_is_taken) {
  boost::asio::io_context io;
  const net::tcp::acceptor owner(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const net::tcp::endpoint free{boost::asio::ip::make_address("127.0.0.1"), 0};
  const auto error = explain_start_error(Errc::cannot_start, {free, owner.local_endpoint()}, "--some-port");
  EXPECT_THAT(error.message(), HasSubstr("port " + std::to_string(owner.local_endpoint().port())));
}

TEST(ExplainStartError, keeps_the_servers_own_words_when_all_ports_are_free) {
  const net::tcp::endpoint free{boost::asio::ip::make_address("127.0.0.1"), 0};
  EXPECT_TRUE(explain_start_error(Errc::cannot_start, {free}, "--some-port").is(Errc::cannot_start));
}

}  // namespace
}  // namespace qnet::node
