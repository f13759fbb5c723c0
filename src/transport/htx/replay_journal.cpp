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

/// Seconds since 1970, big-endian, and the key.
using Entry = std::array<char, 8 + std::tuple_size_v<crypto::X25519Public>>;

/// What of a file still counts goes into `seen` and `kept`.
void restore_file(const fs::path& path, ReplayCache& seen, WallTime now, std::chrono::seconds memory,
                  std::vector<Entry>& kept) {
  std::ifstream file(path, std::ios::binary);
  for (Entry entry{}; file.read(entry.data(), entry.size());) {
    crypto::X25519Public key{};
    std::transform(entry.begin() + 8, entry.end(), key.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    std::array<std::uint8_t, 8> time{};
    std::transform(entry.begin(), entry.begin() + 8, time.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    const WallTime at{
        std::chrono::seconds(static_cast<std::int64_t>(base::load_be<std::uint64_t>(time.data())))};
    // A clock that was set back makes entries of the future: those count too.
    if (at + memory < now) continue;
    (void)seen.admit(key, now);
    kept.push_back(entry);
  }
}

}  // namespace

void ReplayJournal::restore(ReplayCache& seen, WallTime now) {
  const std::scoped_lock lock(mutex_);
  std::vector<Entry> kept;
  restore_file(previous_, seen, now, memory_, kept);
  restore_file(current_, seen, now, memory_, kept);
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

void ReplayJournal::note(const crypto::X25519Public& ephemeral, WallTime now) {
  Entry entry{};
  std::array<std::uint8_t, 8> time{};
  base::store_be(time.data(), static_cast<std::uint64_t>(now.time_since_epoch().count()));
  std::ranges::transform(time, entry.begin(), [](auto byte) { return static_cast<char>(byte); });
  std::ranges::transform(ephemeral, entry.begin() + 8, [](auto byte) { return static_cast<char>(byte); });

  const std::scoped_lock lock(mutex_);
  // The file before is then as old as its entries must be remembered, and may go.
  if (now >= began_ + memory_) begin(now);
  file_.write(entry.data(), static_cast<std::streamsize>(entry.size()));
  if (!file_.flush() && !std::exchange(complained_, true))
    spdlog::warn(
        "{} cannot be written: after a restart, messages of the last minutes could be answered again",
        current_.string());
}

}  // namespace qnet::htx
