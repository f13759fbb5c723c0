#include "transport/htx/replay_journal.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include "foundation/base/durable_file.hpp"
#include "foundation/base/endian.hpp"

namespace qnet::htx {

namespace fs = std::filesystem;

namespace {

/// No more of a file is read: a relay remembers no more.
constexpr std::size_t kMostEntries = ReplayCache::default_capacity;

}  // namespace

ReplayJournal::Entry ReplayJournal::entry_of(const crypto::X25519Public& ephemeral, WallTime at) {
  Entry entry{};
  std::array<std::uint8_t, 8> time{};
  base::store_be(time.data(), static_cast<std::uint64_t>(at.time_since_epoch().count()));
  std::ranges::transform(time, entry.begin(), [](auto byte) { return static_cast<char>(byte); });
  std::ranges::transform(ephemeral, entry.begin() + 8, [](auto byte) { return static_cast<char>(byte); });
  return entry;
}

/// What of a file still counts goes into `seen` and `kept`.
void ReplayJournal::restore_file(const fs::path& path, ReplayCache& seen, WallTime now,
                                 std::vector<Entry>& kept) const {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const auto entries = fs::file_size(path, error) / sizeof(Entry);
  // The newest are the last.
  if (!error && entries > kMostEntries)
    file.seekg(static_cast<std::streamoff>((entries - kMostEntries) * sizeof(Entry)));
  std::size_t read = 0;
  for (Entry entry{}; read < kMostEntries && file.read(entry.data(), entry.size()); ++read) {
    crypto::X25519Public key{};
    std::transform(entry.begin() + 8, entry.end(), key.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    std::array<std::uint8_t, 8> time{};
    std::transform(entry.begin(), entry.begin() + 8, time.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    // A clock that was ahead makes entries of the future: those count as if they came now, and no longer.
    const auto at = std::min(
        WallTime{std::chrono::seconds(static_cast<std::int64_t>(base::load_be<std::uint64_t>(time.data())))},
        now);
    if (at < now - memory_) continue;
    (void)seen.admit(key, now);
    kept.push_back(entry_of(key, at));
  }
}

void ReplayJournal::restore(ReplayCache& seen, WallTime now) {
  const std::scoped_lock lock(mutex_);
  std::vector<Entry> kept;
  restore_file(previous_, seen, now, kept);
  restore_file(current_, seen, now, kept);
  // One new file takes both files' place, and is on the disk before it does.
  std::error_code error;
  fs::create_directories(current_.parent_path(), error);
  base::Bytes whole;
  whole.reserve(kept.size() * sizeof(Entry));
  for (const auto& entry : kept) whole.insert(whole.end(), entry.begin(), entry.end());
  const int failure = base::write_file_durably(current_, whole, base::Existing::replace);
  if (failure == 0) fs::remove(previous_, error);
  file_.open(current_, std::ios::binary | std::ios::app);
  began_ = now;
}

void ReplayJournal::begin(WallTime now) {
  file_.close();
  std::error_code error;
  fs::rename(current_, previous_, error);
  file_.clear();
  file_.open(current_, std::ios::binary | std::ios::trunc);
  began_ = now;
}

bool ReplayJournal::note(const crypto::X25519Public& ephemeral, WallTime now) {
  const std::scoped_lock lock(mutex_);
  // The clock was ahead: nobody waits until it is there again, while the file grows.
  began_ = std::min(began_, now);
  // The file before is then as old as its entries must be remembered, and may go.
  if (now >= began_ + memory_) begin(now);
  if (write(entry_of(ephemeral, now))) return true;
  if (!std::exchange(complained_, true))
    spdlog::warn(
        "{} cannot be written: after a restart, messages of the last minutes could be answered again",
        current_.string());
  return false;
}

/// As a disk may be full, and have room again.
bool ReplayJournal::write(const Entry& entry) {
  if (!file_) {
    file_.close();
    // Half an entry would hide all that follow it.
    std::error_code error;
    const auto size = fs::file_size(current_, error);
    if (!error) fs::resize_file(current_, size - size % sizeof(Entry), error);
    file_.clear();
    file_.open(current_, std::ios::binary | std::ios::app);
  }
  file_.write(entry.data(), static_cast<std::streamsize>(entry.size()));
  file_.flush();
  return static_cast<bool>(file_);
}

}  // namespace qnet::htx
