#include "network/directory/exchange.hpp"

#include <tuple>

#include <gtest/gtest.h>

#include "foundation/base/endian.hpp"
#include "network/directory/snapshot.hpp"
#include "network/directory/testing/relays.hpp"

namespace qnet::directory {
namespace {

base::ByteView without_length(const base::Bytes& framed) {
  EXPECT_EQ(base::load_be<std::uint32_t>(framed.data()), framed.size() - 4);
  return base::ByteView(framed).subspan(4);
}

/// As a stream carries it.
base::Bytes encoded(const Answer& answer) {
  auto bytes = answer.encode_before_list();
  if (answer.list) base::append(bytes, *answer.list);
  return bytes;
}

TEST(Exchange, a_query_comes_back) {
  for (const auto kind : {Query::Kind::snapshot, Query::Kind::registration, Query::Kind::rates}) {
    const Query query{kind, {1, 2, 3}};
    const auto decoded = Query::decode(without_length(query.encode()));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, query);
  }
  EXPECT_FALSE(Query::decode(without_length(Query{static_cast<Query::Kind>(3), {}}.encode())));
}

TEST(Exchange, answers_come_back) {
  for (const std::size_t size : {1U, 23U, 24U, 255U, 256U, 65'535U, 65'536U}) {
    const Answer good{Status::ok, {1}, std::make_shared<const base::Bytes>(size, std::uint8_t{7})};
    const auto bytes = encoded(good);
    const auto decoded = Answer::decode(without_length(bytes));
    ASSERT_TRUE(decoded) << size;
    EXPECT_EQ(decoded->status, Status::ok);
    EXPECT_EQ(decoded->header, base::Bytes{1});
    EXPECT_EQ(*decoded->list, *good.list);
  }
}

TEST(Exchange, a_refusal_comes_back) {
  const auto bad = refusal(base::Error(Errc::replayed, "the last number taken was 17"));
  const auto bytes = encoded(bad);
  const auto decoded = Answer::decode(without_length(bytes));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->status, Status::unauthorised);
  EXPECT_EQ(decoded->list, nullptr);
  EXPECT_EQ(std::tie(decoded->error, decoded->hint, decoded->retry_after, decoded->sequence),
            std::tie(bad.error, bad.hint, bad.retry_after, bad.sequence));
}

TEST(Exchange, an_unchanged_directory_costs_less_than_200_bytes) {
  const auto keys = testing::identity(1);
  const SnapshotHeader header{
      keys.peer_id(), 1'800'000'000'000, testing::kNow, testing::kNow + SnapshotLimits::life, {}, 100'000};
  const Answer answer{Status::not_modified, header.sign(keys)};
  EXPECT_LT(encoded(answer).size(), 200U);
}

TEST(Exchange, a_replay_is_told_the_last_number) {
  const auto answer = refusal(base::Error(Errc::replayed, "the last number taken was 17"));
  EXPECT_EQ(answer.status, Status::unauthorised);
  EXPECT_EQ(answer.sequence, 17U);
}

TEST(Exchange, an_answer_cannot_speak_to_a_terminal) {
  Answer answer;
  answer.error = "\x1b[2Jgone\n\u00e9";
  const auto bytes = encoded(answer);
  const auto decoded = Answer::decode(without_length(bytes));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->error, "?[2Jgone???");
}

TEST(Exchange, refuses_what_is_none) {
  EXPECT_FALSE(Query::decode({}));
  EXPECT_FALSE(Answer::decode({}));
  const base::Bytes map{0xa0};
  EXPECT_FALSE(Query::decode(map));
  EXPECT_FALSE(Answer::decode(map));
}

// Found by the fuzz target: it came back without its list.
TEST(Exchange, refuses_a_refusal_with_a_list) {
  const auto message = base::from_hex("88011901ad40414069546f6f20736f6f6e2e65576169742e181e00");
  EXPECT_FALSE(Answer::decode(message.value()));
}

TEST(Exchange, a_refusal_says_what_to_do) {
  for (int code = 1; code <= static_cast<int>(Errc::no_answer); ++code) {
    const auto answer = refusal(base::Error(static_cast<Errc>(code), std::string(2000, 'x')));
    EXPECT_FALSE(answer.good());
    EXPECT_FALSE(answer.error.empty());
    EXPECT_FALSE(answer.hint.empty());
    const auto bytes = encoded(answer);
    EXPECT_TRUE(Answer::decode(without_length(bytes)));
  }
}

}  // namespace
}  // namespace qnet::directory
