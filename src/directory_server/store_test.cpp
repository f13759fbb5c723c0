// What every store promises, held by a file of SQLite and by a real PostgreSQL.
#include "directory_server/store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "directory/testing/relays.hpp"
#include "directory_server/testing/postgres.hpp"

namespace qnet::directory {
namespace {

namespace fs = std::filesystem;
using testing::kNow;

testing::Postgres& server() {
  static testing::Postgres one;
  return one;
}

enum class Kind { sqlite, postgres };

Record record(std::uint64_t seed, std::uint64_t sequence = 1) {
  const auto keys = testing::identity(seed);
  const auto descriptor = SignedDescriptor::sign(testing::descriptor_of(keys), keys);
  return {keys.signing.public_key,
          {descriptor.wire().begin(), descriptor.wire().end()},
          sequence,
          kNow,
          kNow + std::chrono::seconds(sequence),
          false,
          {"SE", CountrySource::declared},
          false};
}

std::vector<Record> sorted(base::Result<std::vector<Record>> records) {
  EXPECT_TRUE(records) << records.error().message();
  if (!records) return {};
  std::ranges::sort(*records, {}, &Record::peer);
  return std::move(*records);
}

std::vector<Record> sorted(std::vector<Record> records) {
  std::ranges::sort(records, {}, &Record::peer);
  return records;
}

class StoreTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("qnet-store-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    place_ = GetParam() == Kind::sqlite ? (folder_ / "directory.db").string() : server().new_database();
    store_ = open();
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::unique_ptr<Store> open() const {
    auto opened = GetParam() == Kind::sqlite ? open_sqlite(place_) : open_postgres(place_);
    EXPECT_TRUE(opened) << opened.error().message();
    return opened ? std::move(*opened) : nullptr;
  }
  void save(const std::vector<Record>& records) {
    const auto saved = store_->save(records);
    ASSERT_TRUE(saved) << saved.error().message();
  }

  fs::path folder_;
  std::string place_;
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, gives_back_what_was_saved) {
  auto full = record(2, (1ULL << 62U) + 5);
  full.checked = true;
  full.country = {"DE", CountrySource::database};
  auto departed = record(3);
  departed.departed = true;
  departed.country = {};
  save({record(1), full, departed});
  EXPECT_EQ(sorted(store_->load()), sorted({record(1), full, departed}));
  EXPECT_EQ(sorted(open()->load()), sorted({record(1), full, departed}));
}

TEST_P(StoreTest, an_older_record_changes_nothing) {
  save({record(1, 5)});
  auto older = record(1, 4);
  older.departed = true;
  save({older});
  EXPECT_EQ(sorted(store_->load()), std::vector{record(1, 5)});
}

TEST_P(StoreTest, a_newer_record_takes_the_place) {
  save({record(1, 5)});
  save({record(1, 6)});
  EXPECT_EQ(sorted(store_->load()), std::vector{record(1, 6)});
}

TEST_P(StoreTest, a_check_is_noted_without_a_new_sequence) {
  save({record(1, 5)});
  auto checked = record(1, 5);
  checked.checked = true;
  checked.country = {"DE", CountrySource::database};
  save({checked});
  EXPECT_EQ(sorted(store_->load()), std::vector{checked});
}

TEST_P(StoreTest, one_peer_twice_in_a_batch_is_its_last) {
  save({record(1, 5), record(2, 1), record(1, 6)});
  EXPECT_EQ(sorted(store_->load()), sorted({record(1, 6), record(2, 1)}));
}

TEST_P(StoreTest, hostile_bytes_are_only_bytes) {
  auto evil = record(1);
  const std::string_view text = "'); DROP TABLE relays; --\\\"{},\0x";
  evil.descriptor.assign(text.begin(), text.end());
  evil.descriptor.push_back(0);
  save({evil, record(2)});
  EXPECT_EQ(sorted(store_->load()), sorted({evil, record(2)}));
}

TEST_P(StoreTest, takes_a_large_batch) {
  std::vector<Record> many;
  for (std::uint64_t seed = 1; seed <= 512; ++seed) many.push_back(record(seed));
  save(many);
  EXPECT_EQ(sorted(store_->load()), sorted(many));
}

TEST_P(StoreTest, forgets_whom_nobody_heard_of_since) {
  save({record(1, 10), record(2, 100)});
  const auto done = store_->forget_before(kNow + std::chrono::seconds(50));
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(sorted(store_->load()), std::vector{record(2, 100)});
}

TEST_P(StoreTest, a_killed_process_loses_nothing_that_was_acknowledged) {
  constexpr std::uint64_t kAcknowledged = 25;
  store_.reset();
  int pipe_ends[2] = {};
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto store = open();
    for (std::uint64_t seed = 1;; ++seed) {
      const std::vector<Record> one{record(seed)};
      if (!store->save(one)) ::_exit(1);
      const char done = 1;
      if (::write(pipe_ends[1], &done, 1) != 1) ::_exit(1);
    }
  }
  char done = 0;
  for (std::uint64_t seed = 1; seed <= kAcknowledged; ++seed) ASSERT_EQ(::read(pipe_ends[0], &done, 1), 1);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);

  const auto kept = sorted(open()->load());
  EXPECT_GE(kept.size(), kAcknowledged);
  for (std::uint64_t seed = 1; seed <= kAcknowledged; ++seed)
    EXPECT_EQ(std::ranges::count(kept, record(seed)), 1) << "relay " << seed;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreTest, ::testing::Values(Kind::sqlite, Kind::postgres),
                         [](const auto& kind) { return kind.param == Kind::sqlite ? "sqlite" : "postgres"; });

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

TEST(PostgresStore, no_error_repeats_the_password) {
  const auto opened = open_postgres("postgres://qnet:sesame@127.0.0.1:1/none");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message().find("sesame"), std::string::npos);
}

class SqliteFile : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  void expect_refused(const std::string& words) const {
    const auto opened = open_sqlite(file_.string());
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(Errc::store_unusable));
    EXPECT_NE(opened.error().message().find(words), std::string::npos) << opened.error().message();
    EXPECT_NE(opened.error().message().find(file_.string()), std::string::npos);
  }
  void run(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }
  fs::path folder_ = fs::temp_directory_path() / ("qnet-sqlite-" + std::to_string(::getpid()));
  fs::path file_ = folder_ / "directory.db";
};

TEST_F(SqliteFile, is_for_its_owner_only) {
  ASSERT_TRUE(open_sqlite(file_.string()));
  EXPECT_EQ(fs::status(file_).permissions() & (fs::perms::group_all | fs::perms::others_all),
            fs::perms::none);
}

TEST_F(SqliteFile, of_another_program_is_refused_and_not_touched) {
  run("CREATE TABLE somebody_elses (x)");
  expect_refused("another program");
}

TEST_F(SqliteFile, of_a_newer_version_is_refused) {
  ASSERT_TRUE(open_sqlite(file_.string()));
  run("PRAGMA user_version = 99");
  expect_refused("newer");
}

TEST_F(SqliteFile, that_is_none_is_refused) {
  std::ofstream(file_) << "this is a text, and certainly no database of any kind whatsoever\n";
  expect_refused("not a database");
}

TEST_F(SqliteFile, in_a_folder_that_cannot_be_made_is_refused) {
  const auto opened = open_sqlite("/proc/none/directory.db");
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(Errc::store_unusable));
}

}  // namespace
}  // namespace qnet::directory
