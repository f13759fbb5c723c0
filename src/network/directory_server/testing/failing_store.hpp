// A store in memory that fails, or holds a commit back, when a test says so.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "network/directory_server/store.hpp"

namespace qnet::directory::testing {

class FailingStore final : public Store {
 public:
  struct Controls {
    std::atomic<bool> fails{false};
    std::atomic<bool> full{false};  ///< can be read, as a disk that has no room left
    std::atomic<bool> shared{true};
    std::atomic<bool> waits{false};
    std::atomic<int> transactions{0};
    std::atomic<int> records{0};
    std::atomic<int> attempts{0};  ///< of transactions
    std::atomic<int> old_rows{0};  ///< what forget_old() finds
    std::atomic<int> forgettings{0};
    std::mutex mutex;
    std::vector<Record> news;     ///< what changes() gives next
    std::vector<Record> kept;     ///< what load() gives
    std::vector<Record> written;  ///< what save() was given, but for what failed; the last at the end
  };
  explicit FailingStore(std::shared_ptr<Controls> controls) : controls_(std::move(controls)) {}

  base::Result<std::vector<Record>> load() override {
    const std::scoped_lock lock(controls_->mutex);
    return controls_->kept;
  }
  base::Result<void> save(std::span<const Record> records) override {
    while (controls_->waits) std::this_thread::yield();
    ++controls_->attempts;
    if (controls_->fails || controls_->full) return base::fail(Errc::store_lost);
    ++controls_->transactions;
    {
      const std::scoped_lock lock(controls_->mutex);
      controls_->written.insert(controls_->written.end(), records.begin(), records.end());
    }
    controls_->records += static_cast<int>(records.size());
    return {};
  }
  base::Result<std::vector<Record>> changes() override {
    if (controls_->fails) return base::fail(Errc::store_lost);
    const std::scoped_lock lock(controls_->mutex);
    return std::exchange(controls_->news, {});
  }
  base::Result<std::size_t> forget_old() override {
    ++controls_->forgettings;
    const auto count = std::min(controls_->old_rows.load(), static_cast<int>(RowAges::forgotten_at_once));
    controls_->old_rows -= count;
    return static_cast<std::size_t>(count);
  }
  [[nodiscard]] bool shared() const override { return controls_->shared; }

 private:
  std::shared_ptr<Controls> controls_;
};

}  // namespace qnet::directory::testing
