// A link over a stream in memory, of which the test is the far end.
#include "transport/htx/record_link.hpp"

#include <gmock/gmock.h>
#include <boost/asio/io_context.hpp>

#include "foundation/base/endian.hpp"
#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/net/testing/memory_stream.hpp"
#include "transport/htx/testing/record_pipe.hpp"
#include "transport/link/testing/test_user.hpp"

namespace qnet::htx {
namespace {

using base::bytes_of;
using link::Progress;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

crypto::Secret<32> key(std::uint8_t fill) {
  crypto::Secret<32> secret;
  std::ranges::fill(secret.data(), fill);
  return secret;
}

class RecordLinkTest : public ::testing::Test {
 protected:
  RecordLink& start(RecordLinkConfig config = keys()) {
    auto stream = std::make_unique<net::testing::MemoryStream>(io_.get_executor());
    stream_ = stream.get();
    link_ = std::make_unique<RecordLink>(std::move(stream), std::move(config), random_);
    return *link_;
  }
  static RecordLinkConfig keys() { return {noise::CipherState(key(1)), noise::CipherState(key(2))}; }

  /// Records as the far end would send them.
  std::string sealed(std::string_view data) {
    far_.append(bytes_of(data));
    far_.flush();
    std::string text(base::text_of(far_.pending()));
    far_.sent(text.size());
    return text;
  }
  /// Sends until nothing more moves.
  void send_all(RecordLink& link) {
    auto sent = link.send(user_);
    for (int i = 0; i < 1000 && sent && *sent == Progress::some; ++i) sent = link.send(user_);
    ASSERT_TRUE(sent);
  }
  /// Body sizes of the records that were written.
  [[nodiscard]] std::vector<std::size_t> records() const {
    std::vector<std::size_t> sizes;
    for (std::string_view rest = stream_->written; rest.size() >= 5;) {
      const auto body = base::load_be<std::uint16_t>(bytes_of(rest).data() + 3);
      sizes.push_back(body);
      rest.remove_prefix(std::min<std::size_t>(rest.size(), 5U + body));
    }
    return sizes;
  }
  /// What the far end reads of everything that was written.
  [[nodiscard]] std::string read_by_far_end() const {
    base::Bytes wire(bytes_of(stream_->written).begin(), bytes_of(stream_->written).end());
    RecordReader reader{noise::CipherState(key(1))};
    std::string text;
    for (base::MutableBytes rest(wire);;) {
      const auto opened = reader.open(rest);
      if (!opened || !*opened) return rest.empty() ? text : text + "(?)";
      text += base::text_of((*opened)->data);
      rest = rest.subspan((*opened)->consumed);
    }
  }

  boost::asio::io_context io_;
  base::testing::SeededRandom random_{3};
  testing::RecordPipe far_{noise::CipherState(key(2)), random_};
  net::testing::MemoryStream* stream_ = nullptr;
  std::unique_ptr<RecordLink> link_;
  link::testing::TestUser user_;
};

TEST_F(RecordLinkTest, fills_records_and_asks_for_no_more_than_one_holds) {
  auto& link = start();
  user_.waiting.assign(100'000, 'x');
  send_all(link);
  EXPECT_EQ(read_by_far_end(), std::string(100'000, 'x'));
  auto sizes = records();
  ASSERT_EQ(sizes.size(), 7U);
  sizes.pop_back();
  EXPECT_THAT(sizes, Each(RecordLimits::body));
  EXPECT_THAT(user_.rooms, Each(RecordLimits::data));
}

TEST_F(RecordLinkTest, makes_whole_records_as_small_as_it_was_told) {
  auto config = keys();
  config.whole_record = 16'376;
  auto& link = start(std::move(config));
  EXPECT_EQ(link.facts().record_data, 16'376 - RecordLimits::overhead);
  user_.waiting.assign(10 * link.facts().record_data, 'x');
  stream_->room = 40'000;
  send_all(link);
  EXPECT_EQ(records().size(), 10U);
  EXPECT_THAT(records(), Each(16'376 - RecordLimits::header));
}

TEST_F(RecordLinkTest, asks_its_user_for_nothing_while_the_stream_takes_nothing) {
  auto& link = start();
  user_.waiting = "may still change";
  stream_->room = 0;
  EXPECT_EQ(link.send(user_), Progress::blocked);
  EXPECT_THAT(user_.rooms, IsEmpty());
}

TEST_F(RecordLinkTest, asks_for_a_batch_at_most) {
  auto& link = start();
  user_.waiting.assign(1'000'000, 'x');
  EXPECT_EQ(link.send(user_), Progress::some);
  EXPECT_EQ(records().size(), RecordLinkLimits::batch);
}

TEST_F(RecordLinkTest, asks_for_what_the_stream_has_room_for) {
  auto& link = start();
  user_.waiting.assign(100'000, 'x');
  stream_->room = 5'000;
  EXPECT_EQ(link.send(user_), Progress::some);
  EXPECT_EQ(stream_->written.size(), 5'000U);
  stream_->room = 100;
  EXPECT_EQ(link.send(user_), Progress::some);
  EXPECT_EQ(records().back(), RecordLinkLimits::smallest_room - RecordLimits::header);
}

TEST_F(RecordLinkTest, makes_no_small_record_behind_whole_ones_when_the_room_ends) {
  auto& link = start();
  user_.waiting.assign(100'000, 'x');
  stream_->room = 40'000;
  EXPECT_EQ(link.send(user_), Progress::some);
  EXPECT_THAT(records(), ElementsAre(RecordLimits::body, RecordLimits::body));
}

TEST_F(RecordLinkTest, keeps_what_the_stream_did_not_take_and_sends_it_first) {
  auto& link = start();
  user_.waiting.assign(30'000, 'x');
  stream_->takes = 10'001;
  EXPECT_EQ(link.send(user_), Progress::blocked);
  EXPECT_EQ(link.send(user_), Progress::blocked);
  user_.waiting += "last";
  stream_->takes = 1'000'000;
  send_all(link);
  EXPECT_EQ(read_by_far_end(), std::string(30'000, 'x') + "last");
}

TEST_F(RecordLinkTest, says_that_nothing_waits) {
  auto& link = start();
  EXPECT_EQ(link.send(user_), Progress::nothing);
  EXPECT_EQ(stream_->written, "");
}

TEST_F(RecordLinkTest, sends_its_opening_records_first_and_once) {
  auto config = keys();
  config.opening_records = {266, 250};
  auto& link = start(std::move(config));
  user_.waiting = "hello";
  send_all(link);
  user_.waiting = "again";
  send_all(link);
  const auto sizes = records();
  ASSERT_EQ(sizes.size(), 4U);
  EXPECT_EQ(sizes[0], 266U);
  EXPECT_EQ(sizes[1], 250U);
  EXPECT_EQ(read_by_far_end(), "helloagain");
}

TEST_F(RecordLinkTest, sends_opening_records_though_nothing_waits) {
  auto config = keys();
  config.opening_records = {266};
  send_all(start(std::move(config)));
  EXPECT_THAT(records(), ElementsAre(266));
}

TEST_F(RecordLinkTest, gives_its_user_what_came_with_the_handshake_first) {
  auto config = keys();
  config.early = {'a', 'b'};
  const auto behind = sealed("cd");
  config.unread.assign(bytes_of(behind).begin(), bytes_of(behind).end());
  auto& link = start(std::move(config));
  stream_->incoming = sealed("ef");
  EXPECT_EQ(link.receive(user_), Progress::some);
  EXPECT_EQ(user_.taken, "abcd");
  EXPECT_EQ(link.receive(user_), Progress::some);
  EXPECT_EQ(user_.taken, "abcdef");
  EXPECT_EQ(link.receive(user_), Progress::blocked);
}

TEST_F(RecordLinkTest, waits_for_the_end_of_a_record_that_comes_in_pieces) {
  auto& link = start();
  const auto wire = sealed("in pieces");
  for (const char byte : wire) {
    EXPECT_EQ(user_.taken, "");
    stream_->incoming = byte;
    EXPECT_EQ(link.receive(user_), Progress::some);
  }
  EXPECT_EQ(user_.taken, "in pieces");
}

TEST_F(RecordLinkTest, tells_the_peers_orderly_end) {
  auto& link = start();
  stream_->at_end = true;
  EXPECT_EQ(link.receive(user_), Progress::nothing);
}

TEST_F(RecordLinkTest, refuses_a_record_that_was_altered) {
  auto& link = start();
  stream_->incoming = sealed("hello");
  stream_->incoming.back() ^= 1;
  const auto got = link.receive(user_);
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().is(Errc::forged_record));
  EXPECT_EQ(user_.taken, "");
}

TEST_F(RecordLinkTest, passes_on_what_its_user_says_of_the_bytes) {
  auto& link = start();
  stream_->incoming = sealed("hello");  // apart: C++ leaves open which side of a sum is made first
  stream_->incoming += sealed("more");
  user_.refuses = Errc::bad_padding;
  EXPECT_TRUE(link.receive(user_).error().is(Errc::bad_padding));
  EXPECT_EQ(user_.taken, "hello");
}

TEST_F(RecordLinkTest, ends_with_the_record_that_its_cover_ends_with) {
  for (const auto how : {link::Ending::orderly, link::Ending::failed}) {
    auto config = keys();
    config.alert_record = 24;
    config.idle_records = {40, 19};
    start(std::move(config)).finish(how);
    EXPECT_THAT(records(), ElementsAre(24));
    EXPECT_TRUE(stream_->finished);
  }
}

TEST_F(RecordLinkTest, ends_an_idle_link_as_its_cover_does) {
  auto config = keys();
  config.alert_record = 24;
  config.idle_records = {40, 19};
  start(std::move(config)).finish(link::Ending::idle);
  EXPECT_THAT(records(), ElementsAre(40, 19));
  EXPECT_TRUE(stream_->finished);
}

TEST_F(RecordLinkTest, says_nothing_more_on_a_broken_stream) {
  auto& link = start();
  stream_->read_fails = net::Errc::reset;
  EXPECT_FALSE(link.receive(user_));
  user_.waiting = "x";
  EXPECT_FALSE(link.send(user_));
  link.finish(link::Ending::failed);
  EXPECT_EQ(stream_->written, "");
}

TEST_F(RecordLinkTest, ends_when_its_keys_are_used_up) {
  auto config = keys();
  config.send.set_nonce(std::numeric_limits<std::uint64_t>::max() - 1);
  auto& link = start(std::move(config));
  user_.waiting = "last";
  ASSERT_EQ(link.send(user_), Progress::some);
  const auto sent = stream_->written;
  user_.waiting = "too much";
  EXPECT_FALSE(link.send(user_));
  EXPECT_EQ(stream_->written, sent);
}

TEST_F(RecordLinkTest, keeps_what_counts_it) {
  auto config = keys();
  auto counted = std::make_shared<int>(1);
  config.counted = counted;
  start(std::move(config));
  EXPECT_EQ(counted.use_count(), 2);
  link_.reset();
  EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace qnet::htx
