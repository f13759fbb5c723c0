#include "transport/htx/replay_journal.hpp"

#include <gtest/gtest.h>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"

namespace qnet::htx {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNow{seconds(1'800'000'000)};

class Journal : public ::testing::Test {
 protected:
  crypto::X25519Public key() {
    crypto::X25519Public made{};
    random.fill(made);
    return made;
  }
  /// Whether a relay that starts at `now` would answer the hello with this key.
  bool answered_after_restart(const crypto::X25519Public& ephemeral, WallTime now) {
    ReplayCache seen(random, 4096);
    ReplayJournal journal(folder);
    journal.restore(seen, now);
    return seen.admit(ephemeral, now);
  }

  base::testing::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path() / "state";
  base::testing::SeededRandom random{4};
};

TEST_F(Journal, keeps_a_hello_from_being_answered_again_after_a_restart) {
  ReplayCache seen(random, 4096);
  const auto answered = key();
  {
    ReplayJournal journal(folder);
    journal.restore(seen, kNow);
    journal.note(answered, kNow);
  }
  EXPECT_FALSE(answered_after_restart(answered, kNow + minutes(1)));
  EXPECT_FALSE(answered_after_restart(answered, kNow + minutes(19))) << "two restarts later";
  EXPECT_TRUE(answered_after_restart(key(), kNow + minutes(1)));
}

TEST_F(Journal, forgets_what_the_clock_refuses_anyway) {
  ReplayCache seen(random, 4096);
  const auto answered = key();
  ReplayJournal journal(folder);
  journal.restore(seen, kNow);
  journal.note(answered, kNow);
  EXPECT_TRUE(answered_after_restart(answered, kNow + minutes(21)));
}

TEST_F(Journal, keeps_two_kinds_apart_each_for_its_time) {
  ReplayCache seen(random, 4096);
  const auto answered = key();
  const auto circuits = [&] { return ReplayJournal(folder, "seen-circuits", minutes(5)); };
  {
    auto journal = circuits();
    journal.restore(seen, kNow);
    journal.note(answered, kNow);
  }
  EXPECT_TRUE(answered_after_restart(answered, kNow + minutes(1))) << "it was no hello";
  ReplayCache later(random, 4096);
  circuits().restore(later, kNow + minutes(4));
  EXPECT_FALSE(later.admit(answered, kNow + minutes(4)));
  ReplayCache much_later(random, 4096);
  circuits().restore(much_later, kNow + minutes(6));
  EXPECT_TRUE(much_later.admit(answered, kNow + minutes(6)));
}

TEST_F(Journal, does_not_grow_for_ever_and_loses_nothing_that_counts) {
  ReplayCache seen(random, 1U << 16U);
  ReplayJournal journal(folder);
  journal.restore(seen, kNow);
  std::vector<std::pair<crypto::X25519Public, WallTime>> noted;
  for (int minute = 0; minute < 200; ++minute) {
    noted.emplace_back(key(), kNow + minutes(minute));
    journal.note(noted.back().first, noted.back().second);
  }
  const auto end = kNow + minutes(199);
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += file.file_size();
  EXPECT_LE(bytes, 41U * 40U);
  for (const auto& [ephemeral, at] : noted) {
    if (end - at > minutes(20)) continue;
    EXPECT_FALSE(answered_after_restart(ephemeral, end));
  }
}

TEST_F(Journal, does_not_grow_for_ever_when_its_clock_was_ahead) {
  ReplayCache seen(random, 1U << 16U);
  ReplayJournal journal(folder);
  journal.restore(seen, kNow + std::chrono::days(30));
  for (int minute = 0; minute < 200; ++minute) EXPECT_TRUE(journal.note(key(), kNow + minutes(minute)));
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += file.file_size();
  EXPECT_LE(bytes, 41U * 40U);
}

TEST_F(Journal, keeps_what_a_clock_that_was_ahead_has_noted_for_its_time_and_no_longer) {
  const auto answered = key();
  {
    ReplayCache seen(random, 4096);
    ReplayJournal journal(folder);
    journal.restore(seen, kNow);
    journal.note(answered, kNow + std::chrono::days(30));
  }
  EXPECT_FALSE(answered_after_restart(answered, kNow));
  EXPECT_FALSE(answered_after_restart(answered, kNow + minutes(19)));
  EXPECT_TRUE(answered_after_restart(answered, kNow + minutes(21)));
}

TEST_F(Journal, says_when_it_cannot_be_written_and_goes_on_when_it_can) {
  ReplayCache seen(random, 4096);
  ReplayJournal journal(folder);
  journal.restore(seen, kNow);
  // A folder in the file's place: no user may write that.
  std::filesystem::create_directories(folder / "seen.old" / "in the way");
  std::filesystem::remove(folder / "seen");
  std::filesystem::create_directory(folder / "seen");
  EXPECT_FALSE(journal.note(key(), kNow + minutes(21)));
  EXPECT_FALSE(journal.note(key(), kNow + minutes(21)));
  std::filesystem::remove(folder / "seen");
  const auto answered = key();
  EXPECT_TRUE(journal.note(answered, kNow + minutes(22)));
  EXPECT_FALSE(answered_after_restart(answered, kNow + minutes(22)));
}

TEST_F(Journal, takes_times_that_mean_nothing_for_now) {
  std::filesystem::create_directories(folder);
  const auto answered = key();
  {
    std::ofstream file(folder / "seen", std::ios::binary);
    for (const char fill : {'\x7f', '\x80', '\xff'}) {
      file << std::string(8, fill);
      const auto one = fill == '\x7f' ? answered : key();
      file.write(reinterpret_cast<const char*>(one.data()), static_cast<std::streamsize>(one.size()));
    }
  }
  EXPECT_FALSE(answered_after_restart(answered, kNow));
  EXPECT_TRUE(answered_after_restart(answered, kNow + minutes(21)));
}

TEST_F(Journal, takes_a_damaged_file_for_what_is_whole_in_it) {
  const auto answered = key();
  {
    ReplayCache seen(random, 4096);
    ReplayJournal journal(folder);
    journal.restore(seen, kNow);
    journal.note(answered, kNow);
  }
  std::ofstream(folder / "seen", std::ios::binary | std::ios::app) << "half an entry";
  const auto later = key();
  {
    ReplayCache seen(random, 4096);
    ReplayJournal journal(folder);
    journal.restore(seen, kNow);
    journal.note(later, kNow);
  }
  EXPECT_FALSE(answered_after_restart(answered, kNow));
  EXPECT_FALSE(answered_after_restart(later, kNow)) << "behind the damage";
}

}  // namespace
}  // namespace qnet::htx
