// What only a file promises.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <sqlite3.h>

#include "network/directory_server/store.hpp"
#include "network/directory_server/testing/records.hpp"

namespace qnet::directory {
namespace {

namespace fs = std::filesystem;
using testing::record;
using testing::sorted;

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
  /// The first value of the first row.
  [[nodiscard]] std::string ask(const char* sql) const {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file_.c_str(), &database), SQLITE_OK);
    std::string value;
    const auto take = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) = values[0] == nullptr ? "" : values[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql, take, &value, nullptr), SQLITE_OK);
    sqlite3_close(database);
    return value;
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

TEST_F(SqliteFile, of_the_first_version_is_upgraded_with_all_that_is_in_it) {
  auto old = std::move(*open_sqlite(file_.string()));
  ASSERT_TRUE(old->save(std::vector{record(1), record(2)}));
  old.reset();
  run("DROP INDEX relays_last_seen; ALTER TABLE relays DROP COLUMN measured; ALTER TABLE relays DROP COLUMN "
      "address;"
      "PRAGMA user_version = 1");
  auto store = std::move(*open_sqlite(file_.string()));
  EXPECT_EQ(sorted(store->load()), sorted({record(1), record(2)}));
  EXPECT_EQ(ask("PRAGMA user_version"), "3");
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_master WHERE name = 'relays_last_seen'"), "1");
}

TEST_F(SqliteFile, has_its_log_written_ahead) {
  const auto store = std::move(*open_sqlite(file_.string()));
  EXPECT_EQ(ask("PRAGMA journal_mode"), "wal");
}

TEST_F(SqliteFile, where_no_log_can_be_written_ahead_is_refused) {
  const auto opened = open_sqlite(":memory:");
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(Errc::store_unusable));
  EXPECT_NE(opened.error().message().find("write-ahead"), std::string::npos) << opened.error().message();
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
