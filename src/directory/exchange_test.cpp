#include "directory/exchange.hpp"

#include <gtest/gtest.h>

#include "base/endian.hpp"
#include "directory/snapshot.hpp"
#include "directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

base::ByteView without_length(const base::Bytes& framed) {
  EXPECT_EQ(base::load_be<std::uint32_t>(framed.data()), framed.size() - 4);
  return base::ByteView(framed).subspan(4);
}

TEST(Exchange, a_query_comes_back) {
  const Query query{Query::Kind::registration, {1, 2, 3}};
  const auto decoded = Query::decode(without_length(query.encode()));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, query);
}

TEST(Exchange, answers_come_back) {
  Answer good{Status::ok, {1}, {2, 3}};
  const auto list = Answer::decode(without_length(good.encode()));
  ASSERT_TRUE(list);
  EXPECT_EQ(*list, good);
  const auto bad = refusal(base::Error(Errc::too_soon));
  const auto decoded = Answer::decode(without_length(bad.encode()));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, bad);
  EXPECT_GT(decoded->retry_after.count(), 0);
}

TEST(Exchange, an_unchanged_directory_costs_less_than_200_bytes) {
  const auto keys = testing::identity(1);
  const SnapshotHeader header{
      keys.peer_id(), 1'800'000'000'000, testing::kNow, testing::kNow + SnapshotLimits::life, {}, 100'000};
  const Answer answer{Status::not_modified, header.sign(keys)};
  EXPECT_LT(answer.encode().size(), 200U);
}

TEST(Exchange, a_replay_is_told_the_last_number) {
  const auto answer = refusal(base::Error(Errc::replayed, "the last number taken was 17"));
  EXPECT_EQ(answer.status, Status::unauthorised);
  EXPECT_EQ(answer.sequence, 17U);
}

TEST(Exchange, refuses_what_is_none) {
  EXPECT_FALSE(Query::decode({}));
  EXPECT_FALSE(Answer::decode({}));
  const base::Bytes map{0xa0};
  EXPECT_FALSE(Query::decode(map));
  EXPECT_FALSE(Answer::decode(map));
}

TEST(Exchange, a_refusal_says_what_to_do) {
  for (int code = 1; code <= static_cast<int>(Errc::no_answer); ++code) {
    const auto answer = refusal(base::Error(static_cast<Errc>(code), std::string(2000, 'x')));
    EXPECT_FALSE(answer.good());
    EXPECT_FALSE(answer.error.empty());
    EXPECT_FALSE(answer.hint.empty());
    EXPECT_TRUE(Answer::decode(without_length(answer.encode())));
  }
}

}  // namespace
}  // namespace qnet::directory
