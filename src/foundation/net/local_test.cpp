// Sockets with a name in the file system: what a program of this machine sees of them.
#include "foundation/net/local_listener.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

#include <boost/asio/local/connect_pair.hpp>

#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/net/testing/read_text.hpp"
#include "foundation/net/testing/run_job.hpp"

namespace qnet::net {
namespace {

namespace fs = std::filesystem;
using testing::comes_true;
using testing::read_text;
using testing::runs_to_end;
using testing::write_text;

class LocalStreams : public ::testing::Test {
 protected:
  LocalStreams() {
    local::socket a(io);
    local::socket b(io);
    boost::asio::local::connect_pair(a, b);
    near.emplace(std::move(a));
    far.emplace(std::move(b));
  }
  void watch() {
    near->on_break([this] { ++breaks; });
  }
  std::string reads(ByteStream& stream) {
    std::string text;
    EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { text = co_await read_text(stream); }));
    return text;
  }
  void write(ByteStream& stream, std::string_view text) {
    EXPECT_TRUE(runs_to_end(io, [&]() -> Task<void> { EXPECT_TRUE(co_await write_text(stream, text)); }));
  }

  boost::asio::io_context io{1};
  std::optional<LocalStream> near;
  std::optional<LocalStream> far;
  int breaks = 0;
};

TEST_F(LocalStreams, read_on_after_they_have_finished_writing) {
  near->finish();
  EXPECT_EQ(reads(*far), "(end)");
  write(*far, "late");
  far->finish();
  EXPECT_EQ(reads(*near), "late(end)");
}

TEST_F(LocalStreams, give_what_was_written_before_a_close) {
  watch();
  write(*far, "all of it");
  far->close();
  EXPECT_EQ(reads(*near), "all of it(end)");
  EXPECT_EQ(breaks, 0);
}

TEST_F(LocalStreams, break_when_the_other_side_goes_with_unread_bytes) {
  watch();
  write(*near, "unread");
  far->close();
  EXPECT_TRUE(comes_true(io, [this] { return breaks == 1; }));
}

TEST_F(LocalStreams, break_once_a_program_is_gone_to_which_nothing_is_sent) {
  near->keep_alive(std::chrono::seconds(1));
  watch();
  far->close();
  EXPECT_EQ(reads(*near), "(end)");
  EXPECT_EQ(breaks, 0);
  EXPECT_TRUE(comes_true(io, [this] { return breaks == 1; }));
}

TEST_F(LocalStreams, break_too_when_it_goes_long_after_its_end) {
  near->keep_alive(std::chrono::seconds(1));
  watch();
  far->finish();
  EXPECT_EQ(reads(*near), "(end)");
  far->close();
  EXPECT_TRUE(comes_true(io, [this] { return breaks == 1; }));
}

TEST_F(LocalStreams, do_not_break_at_a_program_that_waits_behind_its_end) {
  near->keep_alive(std::chrono::seconds(1));
  watch();
  far->finish();
  EXPECT_EQ(reads(*near), "(end)");
  io.restart();
  io.run_for(std::chrono::milliseconds(1500));
  EXPECT_EQ(breaks, 0);
}

TEST_F(LocalStreams, may_go_while_they_wait_for_a_close) {
  near->keep_alive(std::chrono::seconds(1));
  watch();
  far->close();
  EXPECT_EQ(reads(*near), "(end)");
  near.reset();
  io.restart();
  io.run();
  EXPECT_EQ(breaks, 0);
}

class LocalListeners : public ::testing::Test {
 protected:
  base::Result<LocalListener> open() { return LocalListener::open(io, name); }
  [[nodiscard]] bool connects() {
    boost::system::error_code error;
    local::socket(io).connect(local::endpoint(name.string()), error);
    return !error;
  }

  boost::asio::io_context io{1};
  base::testing::TemporaryFolder folder;
  fs::path name = folder.path() / "proxy";
};

TEST_F(LocalListeners, are_their_owners_alone_and_leave_no_name_behind) {
  {
    const auto listener = open();
    ASSERT_TRUE(listener) << listener.error().message();
    struct stat found{};
    ASSERT_EQ(::stat(name.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0600U);
    EXPECT_TRUE(connects());
  }
  EXPECT_FALSE(fs::exists(name));
}

TEST_F(LocalListeners, replace_the_socket_of_one_that_has_died) {
  {
    local::acceptor dead(io, local::endpoint(name.string()));
  }
  ASSERT_TRUE(fs::exists(name));
  const auto listener = open();
  ASSERT_TRUE(listener) << listener.error().message();
  EXPECT_TRUE(connects());
}

TEST_F(LocalListeners, leave_a_living_one_alone) {
  const auto first = open();
  ASSERT_TRUE(first);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(Errc::address_in_use));
  EXPECT_TRUE(connects());
}

TEST_F(LocalListeners, leave_alone_what_is_no_socket) {
  std::ofstream(name) << "a person's file";
  EXPECT_FALSE(open());
  EXPECT_EQ(fs::file_size(name), 15U);
}

TEST_F(LocalListeners, leave_alone_what_has_taken_their_name_since) {
  auto listener = open();
  ASSERT_TRUE(listener);
  fs::remove(name);
  std::ofstream(name) << "a person's file";
  listener->close();
  EXPECT_TRUE(fs::exists(name));
}

TEST_F(LocalListeners, are_in_no_folder_that_others_can_write_to) {
  fs::permissions(folder.path(), fs::perms::others_write, fs::perm_options::add);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().context().find("others can write to"), std::string::npos);
  // One such as /tmp: others cannot remove our socket there, but take its name before.
  fs::permissions(folder.path(), fs::perms::all | fs::perms::sticky_bit);
  EXPECT_FALSE(open());
}

TEST_F(LocalListeners, have_a_name_that_the_system_can_hold) {
  name = folder.path() / std::string(120, 'x');
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().context().find("107"), std::string::npos);
}

}  // namespace
}  // namespace qnet::net
