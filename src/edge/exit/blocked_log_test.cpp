#include "edge/exit/blocked_log.hpp"

#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "edge/exit/testing/connector_fixture.hpp"
#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::exit {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class BlockedLogTest : public ::testing::Test {
 protected:
  using TimePoint = BlockedLog::TimePoint;
  [[nodiscard]] std::string content() const {
    return content_of(folder_.path() / "logs" / "exit-blocked.log");
  }

  base::testing::TemporaryFolder folder_;
  std::optional<BlockedLog> log_{folder_.path() / "logs"};
  // Later than the files that there are, so that no new day begins meanwhile.
  TimePoint now_ =
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) + std::chrono::hours(36);
};

TEST_F(BlockedLogTest, a_minutes_lines_are_written_when_it_is_over) {
  log_->add(Refusal::port, "port 25, name", now_);
  log_->add(Refusal::port, "port 25, name", now_ + std::chrono::seconds(59));
  log_->tend(now_ + std::chrono::seconds(59));
  EXPECT_EQ(content(), "");
  log_->tend(now_ + std::chrono::seconds(60));
  EXPECT_THAT(content(), MatchesRegex("[^ ]*T12:00Z reason=port destination=\"port 25, name\" times=2\n"));
}

TEST_F(BlockedLogTest, the_next_minutes_refusal_writes_them_too) {
  log_->add(Refusal::port, "port 25, name", now_);
  log_->add(Refusal::loopback, "port 80, IPv4 loopback", now_ + std::chrono::minutes(1));
  EXPECT_THAT(content(), HasSubstr("T12:00Z reason=port "));
  EXPECT_THAT(content(), Not(HasSubstr("loopback")));
  log_->tend(now_ + std::chrono::minutes(2));
  EXPECT_THAT(content(), HasSubstr("T12:01Z reason=loopback "));
}

TEST_F(BlockedLogTest, what_is_left_is_written_at_the_end) {
  log_->add(Refusal::port, "port 25, name", now_);
  log_.reset();
  EXPECT_THAT(content(), HasSubstr("times=1\n"));
}

TEST_F(BlockedLogTest, the_last_minute_of_a_day_is_in_that_days_file) {
  const auto last = now_ + std::chrono::hours(12) - std::chrono::seconds(1);
  log_->add(Refusal::port, "port 25, name", last);
  log_->tend(last + std::chrono::seconds(2));
  EXPECT_EQ(content(), "");
  std::string aside;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path() / "logs"))
    aside += content_of(entry.path());
  EXPECT_THAT(aside, HasSubstr("T23:59Z reason=port "));
}

TEST_F(BlockedLogTest, a_folder_that_cannot_be_written_to_stops_nobody) {
  std::ofstream(folder_.path() / "file") << "no folder\n";
  BlockedLog log(folder_.path() / "file");
  log.add(Refusal::port, "port 25, name", now_);
  log.tend(now_ + std::chrono::minutes(1));
}

using BlockedByConnector = testing::ConnectorTest;

TEST_F(BlockedByConnector, refusals_are_told_by_their_kind_and_nothing_else_is) {
  const base::testing::TemporaryFolder folder;
  start({at_site(2)});
  shared_->blocked = std::make_shared<BlockedLog>(folder.path());
  zone_ = [](const auto&) { return testing::DnsReply{.addresses = {testing::ip("10.0.0.7")}}; };
  EXPECT_EQ(error("marked-name.example.com", 25), Errc::not_allowed);
  EXPECT_EQ(error("marked-rebinding.example.com", 80), Errc::not_allowed);
  EXPECT_EQ(error("10.11.12.13", 443), Errc::not_allowed);
  EXPECT_TRUE(connect("127.0.0.2", site_port()));
  shared_->blocked.reset();
  const auto text = content_of(folder.path() / "exit-blocked.log");
  EXPECT_THAT(text, HasSubstr("reason=port destination=\"port 25, name\" times=1\n"));
  EXPECT_THAT(text, HasSubstr("reason=private_network destination=\"port 80, name\" times=1\n"));
  EXPECT_THAT(text,
              HasSubstr("reason=private_network destination=\"port 443, IPv4 private network\" times=1\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_THAT(text, Not(HasSubstr("marked")));
  EXPECT_THAT(text, Not(HasSubstr("10.11.12.13")));
}

}  // namespace
}  // namespace qnet::exit
