// What every store promises, held by a file of SQLite and by a real PostgreSQL.
#include "network/directory_server/store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "network/directory_server/testing/postgres.hpp"
#include "network/directory_server/testing/records.hpp"

namespace qnet::directory {
namespace {

namespace fs = std::filesystem;
using testing::kNow;
using testing::record;
using testing::sorted;
using namespace std::chrono_literals;

enum class Kind { sqlite, postgres };

class StoreTest : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("qnet-store-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    place_ = GetParam() == Kind::sqlite ? (folder_ / "directory.db").string()
                                        : testing::postgres_server().new_database();
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
  full.last_seen = kNow + std::chrono::seconds(5);
  full.checked = true;
  full.country = {"DE", CountrySource::database};
  full.measured = std::numeric_limits<Rate>::max();
  full.address = ip::IpAddress::parse("2001:db8::7");
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
  checked.address = ip::IpAddress::parse("198.51.99.8");
  save({checked});
  EXPECT_EQ(sorted(store_->load()), std::vector{checked});
}

TEST_P(StoreTest, a_lower_sequence_is_kept_when_no_roster_can_remember_the_higher_one) {
  save({record(1, 500)});
  auto soon = record(1, 5);
  soon.last_seen = record(1, 500).last_seen + RosterLimits::departed;
  save({soon});
  EXPECT_EQ(sorted(store_->load()), std::vector{record(1, 500)});
  auto later = record(1, 5);
  later.last_seen = soon.last_seen + 1s;
  save({later});
  EXPECT_EQ(sorted(store_->load()), std::vector{later});
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

/// Heard of so long ago by this machine's clock, which is the database's too.
Record heard(std::uint64_t seed, std::chrono::seconds ago, bool checked = true) {
  auto made = record(seed);
  made.last_seen = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - ago;
  made.checked = checked;
  return made;
}

TEST_P(StoreTest, loads_who_was_heard_of_shortly_before_the_newest) {
  // Two days after the last was heard of: only what they are to one another counts.
  const auto newest = heard(1, 48h);
  auto departed = heard(2, 48h + 14min);
  departed.departed = true;
  save({newest, departed, heard(3, 48h + 16min)});
  EXPECT_EQ(sorted(store_->load()), sorted({newest, departed}));
}

TEST_P(StoreTest, one_row_of_a_clock_that_ran_ahead_makes_nobody_old) {
  const auto ahead = heard(1, -2h);
  save({ahead, heard(2, 0s), heard(3, 16min)});
  EXPECT_EQ(sorted(store_->load()).size(), 2U);
  save({heard(4, 25h)});
  ASSERT_EQ(store_->forget_old().value_or(99), 1U);
  EXPECT_EQ(sorted(store_->load()).size(), 2U);
}

TEST_P(StoreTest, a_clock_behind_all_rows_loads_the_newest_and_removes_nobody) {
  const auto newest = heard(1, -48h);
  save({newest, heard(2, -47h, false), heard(3, -1h)});
  EXPECT_EQ(sorted(store_->load()), std::vector{newest});
  EXPECT_EQ(store_->forget_old().value_or(99), 0U);
}

TEST_P(StoreTest, forgets_the_silent_after_a_day_and_the_never_checked_soon) {
  const auto kept = {heard(1, 0s), heard(2, 23h), heard(3, 14min, false)};
  save(kept);
  save({heard(4, 25h), heard(5, 16min, false)});
  const auto removed = store_->forget_old();
  ASSERT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(*removed, 2U);
  EXPECT_EQ(store_->forget_old().value_or(99), 0U);
}

TEST_P(StoreTest, an_empty_one_has_nothing_to_load_or_to_forget) {
  EXPECT_EQ(sorted(store_->load()), std::vector<Record>());
  EXPECT_EQ(store_->forget_old().value_or(99), 0U);
}

TEST_P(StoreTest, forgets_many_in_steps) {
  std::vector<Record> many{heard(1, 0s, false)};
  for (std::size_t i = 0; i < RowAges::forgotten_at_once + 10; ++i) {
    auto one = many[0];
    one.peer[0] = static_cast<std::uint8_t>(i);
    one.peer[1] = static_cast<std::uint8_t>(i >> 8U);
    one.peer[2] = 77;
    one.last_seen -= 30min;
    many.push_back(one);
  }
  save(many);
  EXPECT_EQ(store_->forget_old().value_or(0), RowAges::forgotten_at_once);
  EXPECT_EQ(store_->forget_old().value_or(0), 10U);
  EXPECT_EQ(sorted(store_->load()).size(), 1U);
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

}  // namespace
}  // namespace qnet::directory
