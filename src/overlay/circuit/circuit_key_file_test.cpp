#include "overlay/circuit/circuit_key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "foundation/base/file_handle.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "overlay/circuit/testing/opening.hpp"

namespace qnet::circuit {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::contains;
using testing::relay;

constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};
constexpr auto kPeriod = CircuitKeyLimits::period;
constexpr auto kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

base::Bytes content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class CircuitKeyFile : public ::testing::Test {
 protected:
  [[nodiscard]] base::Result<KeptCircuitKeys> opened(WallTime now = kNow, std::uint64_t peer = 1) {
    return KeptCircuitKeys::open(folder_, relay(peer), now, random_);
  }
  [[nodiscard]] KeptCircuitKeys kept(WallTime now = kNow, std::uint64_t peer = 1) {
    auto made = opened(now, peer);
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  void expect_refused(KeyFileErrc code) {
    const auto made = opened();
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().is(code)) << made.error().message();
    EXPECT_NE(made.error().message().find(file_.string()), std::string::npos);
  }
  void put(const base::Bytes& bytes) const {
    std::ofstream(file_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    fs::permissions(file_, kOwnerOnly);
  }
  [[nodiscard]] std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  base::testing::TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
  fs::path file_ = circuit_key_file(folder_);
  base::testing::SeededRandom random_{9};
};

TEST_F(CircuitKeyFile, gives_the_same_keys_after_a_restart) {
  const auto before = kept().published();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(kept().published(), before);
  EXPECT_EQ(kept(before[1].from).published().front(), before[1]);
}

TEST_F(CircuitKeyFile, still_gives_yesterdays_key_to_who_holds_an_older_list) {
  const auto first = kept().published().front();
  const auto now = first.from + kPeriod;
  (void)kept(now);
  const auto again = kept(now + 1s);
  const testing::FirstMessage message(first.key, random_);
  EXPECT_TRUE(testing::opens(again.keys(), message, now + 1s));
}

TEST_F(CircuitKeyFile, is_its_owners_alone_whatever_the_umask) {
  const auto before = ::umask(0);
  (void)kept();
  ::umask(before);
  EXPECT_EQ(fs::status(file_).permissions(), kOwnerOnly);
  EXPECT_EQ(entries(), 1U);
}

TEST_F(CircuitKeyFile, has_the_documented_form) {
  const auto one = kept();
  const auto content = content_of(file_);
  ASSERT_EQ(content.size(), 244U);
  EXPECT_EQ(base::text_of(base::ByteView(content).first(20)), "qnet-circuit-keys-1\n");
  EXPECT_TRUE(std::ranges::equal(base::ByteView(content).subspan(20, 32), relay(1).key()));
  for (const auto* const key : one.keys().held()) EXPECT_TRUE(contains(content, key->pair.secret));
}

TEST_F(CircuitKeyFile, holds_no_key_of_the_day_before_yesterday_and_neither_does_what_it_replaced) {
  auto one = kept();
  const auto from = one.published().front().from;
  const auto secret = one.keys().held().front()->pair.secret.clone();
  const testing::FirstMessage message(one.published().front().key, random_);
  const base::FileHandle first(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(contains(content_of(file_), secret));

  ASSERT_TRUE(one.refresh(from + kPeriod, random_));
  EXPECT_TRUE(contains(content_of(file_), secret)) << "for one period more";
  const base::FileHandle second(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(one.refresh(from + 2 * kPeriod, random_));
  EXPECT_FALSE(contains(content_of(file_), secret));
  EXPECT_FALSE(contains(one.keys(), secret));
  EXPECT_FALSE(testing::opens(one.keys(), message, from + 2 * kPeriod));
  EXPECT_FALSE(testing::opens(kept(from + 2 * kPeriod).keys(), message, from + 2 * kPeriod));
  for (const auto* const old : {&first, &second}) {
    base::Bytes bytes(244, 1);
    ASSERT_EQ(::pread(old->get(), bytes.data(), bytes.size(), 0), 244);
    EXPECT_EQ(bytes, base::Bytes(244, 0)) << "what had the name before is overwritten";
  }
}

TEST_F(CircuitKeyFile, is_brought_up_to_date_by_a_start_after_a_long_stop) {
  auto secret = kept().keys().held().front()->pair.secret.clone();
  const auto later = kept(kNow + 9 * kPeriod);
  EXPECT_EQ(later.published().size(), 2U);
  EXPECT_FALSE(contains(content_of(file_), secret));
}

TEST_F(CircuitKeyFile, is_refused_when_others_have_any_right_on_it) {
  (void)kept();
  for (const auto right :
       {fs::perms::group_read, fs::perms::group_write, fs::perms::others_read, fs::perms::others_write}) {
    fs::permissions(file_, kOwnerOnly | right);
    expect_refused(KeyFileErrc::exposed);
  }
}

TEST_F(CircuitKeyFile, is_replaced_when_damaged) {
  const auto before = kept().published();
  const auto good = content_of(file_);
  const auto expect_replaced = [&](const base::Bytes& bad, const std::string& what) {
    put(bad);
    const auto one = kept();
    EXPECT_TRUE(one.replaced_a_file()) << what;
    ASSERT_EQ(one.published().size(), 2U) << what;
    EXPECT_NE(one.published(), before) << what;
    EXPECT_FALSE(kept().replaced_a_file()) << what;
  };
  expect_replaced({}, "empty");
  expect_replaced({good.begin(), good.end() - 1}, "cut");
  auto longer = good;
  longer.push_back(0);
  expect_replaced(longer, "longer");
  for (std::size_t i = 0; i < good.size(); i += 3) {
    auto changed = good;
    changed[i] ^= 1U;
    expect_replaced(changed, "byte " + std::to_string(i));
  }
}

TEST_F(CircuitKeyFile, is_replaced_when_it_is_another_relays) {
  const auto others = kept().published();
  const auto one = kept(kNow, 2);
  EXPECT_TRUE(one.replaced_a_file());
  for (const auto& key : one.published())
    for (const auto& other : others) EXPECT_NE(key.key, other.key);
}

TEST_F(CircuitKeyFile, that_was_being_written_when_the_machine_stopped_is_overwritten_and_removed) {
  (void)kept();
  const auto left = file_.string() + ".AbC123";
  fs::copy_file(file_, left);
  std::ofstream(file_.string() + ".of-a-person") << "kept";
  const base::FileHandle open(::open(left.c_str(), O_RDONLY | O_CLOEXEC));
  (void)kept();
  EXPECT_FALSE(fs::exists(left));
  EXPECT_EQ(entries(), 2U);
  base::Bytes bytes(244, 1);
  ASSERT_EQ(::pread(open.get(), bytes.data(), bytes.size(), 0), 244);
  EXPECT_EQ(bytes, base::Bytes(244, 0));
}

TEST_F(CircuitKeyFile, tells_why_it_cannot_be_written) {
  folder_ = folder_ / "missing";
  file_ = circuit_key_file(folder_);
  expect_refused(KeyFileErrc::unwritable);
}

TEST_F(CircuitKeyFile, names_no_key_that_is_not_on_the_disk) {
  auto one = kept();
  const auto published = one.published();
  const auto away = folder_.string() + "-away";
  fs::rename(folder_, away);  // as a disk that takes nothing
  const auto now = published[1].from;
  EXPECT_FALSE(one.refresh(now, random_));
  EXPECT_EQ(one.published(), std::vector{published[1]}) << "the one after it is not durable";
  EXPECT_EQ(one.keys().published().size(), 2U) << "but it is there, and the oldest is gone";
  fs::rename(away, folder_);
  EXPECT_FALSE(one.refresh(now + 59s, random_)) << "not tried again so soon";
  ASSERT_TRUE(one.refresh(now + 60s, random_));
  EXPECT_EQ(one.published(), one.keys().published());
  EXPECT_EQ(kept(now).published(), one.published());
}

}  // namespace
}  // namespace qnet::circuit
