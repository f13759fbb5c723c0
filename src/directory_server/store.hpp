// Where a directory keeps what it has acknowledged. Every call may block: only the store's own thread makes
// them (store_worker.hpp).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "directory/roster.hpp"

namespace qnet::directory {

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Everything that is kept, departed relays too.
  [[nodiscard]] virtual base::Result<std::vector<Record>> load() = 0;
  /// All of them or none, durable when it returns. A record whose sequence is not above the stored one's
  /// changes nothing, unless it is equal and only `checked` or the country differ.
  [[nodiscard]] virtual base::Result<void> save(std::span<const Record> records) = 0;
  /// What other processes have stored since the last call (and perhaps some again); empty for a store that
  /// is not shared.
  [[nodiscard]] virtual base::Result<std::vector<Record>> changes() = 0;
  /// Removes what nobody was heard of since then.
  [[nodiscard]] virtual base::Result<void> forget_before(WallTime last_seen) = 0;
  [[nodiscard]] virtual bool shared() const = 0;
};

/// A file, in WAL mode. Errors: store_unusable, with the file and the reason.
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_sqlite(const std::string& file);

/// `url` as libpq takes it: postgres://user@host/database. Connects at once (store_unusable when that fails)
/// and again whenever the connection was lost (store_lost until it is back).
[[nodiscard]] base::Result<std::unique_ptr<Store>> open_postgres(const std::string& url);

}  // namespace qnet::directory
