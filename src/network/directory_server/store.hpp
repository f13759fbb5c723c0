// Where a directory keeps what it has acknowledged. Every call may block: only the store's own thread makes
// them (store_worker.hpp).
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "network/directory/roster.hpp"

namespace qnet::directory {

/// A row's age counts from the newest row's time, never from this machine's clock alone: a wrong clock must
/// not make all rows old. Rows ahead of the database's clock do not count as the newest.
struct RowAges {
  /// What a directory that starts reads. Longer than a directory is usually down, and longer than a copy of
  /// an old registration can be replayed.
  static constexpr std::chrono::minutes recent{15};
  /// As far as a registration's time may be ahead.
  static constexpr std::chrono::minutes ahead = RegistrationLimits::clock_skew;
  /// Anybody can cause such rows at no cost; their sequence numbers do not matter for longer.
  static constexpr std::chrono::minutes never_checked{15};
  static constexpr std::chrono::hours silent{24};
  /// Rows removed in one transaction, so that registrations do not wait for long.
  static constexpr std::size_t forgotten_at_once = 5'000;
};

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// The relays that were heard within RowAges::recent, departed ones too.
  [[nodiscard]] virtual base::Result<std::vector<Record>> load() = 0;
  /// All of them or none, durable when it returns. A record whose sequence is not above the stored one
  /// changes nothing. Two exceptions: the sequences are equal and `checked`, the country or the address
  /// differ; or the stored record is so old that no roster remembers its sequence (RosterLimits::departed).
  [[nodiscard]] virtual base::Result<void> save(std::span<const Record> records) = 0;
  /// What other processes have stored since the last call (and perhaps some again); empty for a store that
  /// is not shared.
  [[nodiscard]] virtual base::Result<std::vector<Record>> changes() = 0;
  /// Removes rows that are too old by RowAges, at most `forgotten_at_once`; how many.
  [[nodiscard]] virtual base::Result<std::size_t> forget_old() = 0;
  [[nodiscard]] virtual bool shared() const = 0;
};

/// A file, in WAL mode. Errors: store_unusable, with the file and the reason.
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& file);

/// `url` as libpq takes it: postgres://user@host/database. Connects at once (store_unusable when that fails)
/// and again whenever the connection was lost (store_lost until it is back).
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_postgres(const std::string& url);

}  // namespace qnet::directory
