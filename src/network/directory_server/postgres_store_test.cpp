// What only a store that several processes share promises, held by a real PostgreSQL.
#include <thread>

#include "network/directory_server/store_worker.hpp"
#include "network/directory_server/testing/postgres.hpp"
#include "network/directory_server/testing/records.hpp"

namespace qnet::directory {
namespace {

using namespace std::chrono_literals;
using testing::record;
using testing::sorted;

testing::Postgres& server() { return testing::postgres_server(); }

TEST(PostgresStore, two_directories_see_what_the_other_writes) {
  const auto url = server().new_database();
  auto one = std::move(*open_postgres(url));
  auto other = std::move(*open_postgres(url));
  ASSERT_TRUE(one->load() && other->load());
  ASSERT_TRUE(one->save(std::vector{record(1), record(2)}));
  EXPECT_EQ(sorted(other->changes()), sorted({record(1), record(2)}));
  ASSERT_TRUE(other->save(std::vector{record(2, 2)}));
  const auto seen = sorted(one->changes());
  EXPECT_EQ(std::ranges::count(seen, record(2, 2)), 1);
}

TEST(PostgresStore, a_replay_at_the_other_directory_changes_nothing) {
  const auto url = server().new_database();
  auto one = std::move(*open_postgres(url));
  auto other = std::move(*open_postgres(url));
  ASSERT_TRUE(one->save(std::vector{record(1, 9)}));
  ASSERT_TRUE(other->save(std::vector{record(1, 8)}));
  EXPECT_EQ(sorted(other->load()), std::vector{record(1, 9)});
}

TEST(PostgresStore, is_lost_while_the_server_is_down_and_comes_back_by_itself) {
  const auto url = server().new_database();
  auto store = std::move(*open_postgres(url));
  ASSERT_TRUE(store->save(std::vector{record(1)}));
  server().stop();
  const auto lost = store->save(std::vector{record(2)});
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().is(Errc::store_lost));
  EXPECT_FALSE(store->changes());
  server().start();
  ASSERT_TRUE(store->save(std::vector{record(3)}));
  EXPECT_EQ(sorted(store->load()), sorted({record(1), record(3)}));
}

TEST(PostgresStore, one_that_hangs_is_lost_within_seconds_and_comes_back_by_itself) {
  const auto url = server().new_database();
  auto store = std::move(*open_postgres(url));
  // More than the connection's buffers take, so that the sending hangs too.
  std::vector<Record> large(512, record(2));
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i].peer[0] = static_cast<std::uint8_t>(i);
    large[i].peer[1] = static_cast<std::uint8_t>(i >> 8U);
    large[i].descriptor.resize(4000);
  }
  for (const auto& records : {std::vector{record(1)}, large}) {
    ASSERT_TRUE(store->save(std::vector{record(3)}));
    server().freeze();
    const auto start = std::chrono::steady_clock::now();
    const auto saved = store->save(records);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    EXPECT_FALSE(store->changes());
    server().thaw();
    ASSERT_FALSE(saved);
    EXPECT_TRUE(saved.error().is(Errc::store_lost));
    ASSERT_TRUE(store->save(std::vector{record(4)}));
  }
}

TEST(PostgresStore, one_that_hangs_does_not_keep_the_worker_from_ending) {
  boost::asio::io_context io;
  auto worker = std::make_unique<StoreWorker>(io, std::move(*open_postgres(server().new_database())),
                                              [](const std::vector<Record>&) {});
  server().freeze();
  for (std::uint64_t seed = 1; seed < 20; ++seed) worker->save_later(record(seed));
  const auto start = std::chrono::steady_clock::now();
  worker.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 12s);
  server().thaw();
}

TEST(PostgresStore, goes_on_after_a_copy_was_restored_on_another_server) {
  server().restart_in_epoch(1);
  const auto url = server().new_database();
  auto one = std::move(*open_postgres(url));
  ASSERT_TRUE(one->load());
  ASSERT_TRUE(one->save(std::vector{record(1)}));
  ASSERT_TRUE(one->changes());
  server().restart_in_epoch(0);  // its numbers are lower than all before
  // Its connection is lost, and the first call says so.
  while (!one->changes()) std::this_thread::sleep_for(10ms);
  auto other = std::move(*open_postgres(url));
  ASSERT_TRUE(other->save(std::vector{record(2)}));
  const auto seen = sorted(one->changes());
  EXPECT_EQ(std::ranges::count(seen, record(2)), 1);
  ASSERT_TRUE(one->changes());
  EXPECT_EQ(sorted(one->changes()), std::vector<Record>()) << "the restored rows are news for ever";
}

TEST(PostgresStore, a_table_of_an_older_version_is_completed) {
  const auto url = server().new_database();
  auto old = std::move(*open_postgres(url));
  ASSERT_TRUE(old->save(std::vector{record(1)}));
  server().execute(url, "DROP INDEX qnet_relays_last_seen");
  auto store = std::move(*open_postgres(url));
  EXPECT_EQ(sorted(store->load()), std::vector{record(1)});
  server().execute(url, "DROP INDEX qnet_relays_last_seen");  // fails when it is not there
  server().execute(url, "ALTER TABLE qnet_relays DROP COLUMN measured, DROP COLUMN address");
  auto again = std::move(*open_postgres(url));
  EXPECT_EQ(sorted(again->load()), std::vector{record(1)});
  ASSERT_TRUE(again->save(std::vector{record(2)}));
}

TEST(PostgresStore, reads_many_rows_in_pages) {
  const auto url = server().new_database();
  auto one = std::move(*open_postgres(url));
  auto other = std::move(*open_postgres(url));
  ASSERT_TRUE(other->load());
  std::vector<Record> many(4001, record(1));
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].peer[0] = static_cast<std::uint8_t>(i);
    many[i].peer[1] = static_cast<std::uint8_t>(i >> 8U);
  }
  const std::span<const Record> all(many);
  for (std::size_t i = 0; i < many.size(); i += 512)
    ASSERT_TRUE(one->save(all.subspan(i, std::min<std::size_t>(512, many.size() - i))));
  EXPECT_EQ(sorted(other->changes()), sorted(many));
  EXPECT_EQ(sorted(other->load()), sorted(many));
}

TEST(PostgresStore, no_error_repeats_a_password_that_should_have_been_encoded) {
  for (const auto* const url :
       {"postgres://qnet:ses@ame@127.0.0.1:1/none", "postgres://qnet:ses/ame@127.0.0.1:1/none",
        "postgres://qnet:ses/a?me@127.0.0.1:1/none", "postgresql://qnet:ses%ame@127.0.0.1:1/none",
        "postgres://qnet:a@ses@ame/none"}) {
    const auto opened = open_postgres(url);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(Errc::store_unusable));
    const auto message = opened.error().message();
    EXPECT_NE(message.find("%40"), std::string::npos) << message;
    EXPECT_EQ(message.find("ame@"), std::string::npos) << message;
    EXPECT_EQ(message.find("ses"), std::string::npos) << message;
  }
}

TEST(PostgresStore, no_error_repeats_the_password) {
  const auto opened = open_postgres("postgres://qnet:sesame@127.0.0.1:1/none");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message().find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace qnet::directory
