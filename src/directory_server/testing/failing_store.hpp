// A store in memory that fails, or waits, when a test says so: for what no real database does on demand.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "directory_server/store.hpp"

namespace qnet::directory::testing {

class FailingStore final : public Store {
 public:
  struct Controls {
    std::atomic<bool> fails{false};
    std::atomic<bool> waits{false};
    std::atomic<int> transactions{0};
    std::atomic<int> records{0};
    std::mutex mutex;
    std::vector<Record> news;  ///< what changes() gives next
    std::vector<Record> kept;  ///< what load() gives
  };
  explicit FailingStore(std::shared_ptr<Controls> controls) : controls_(std::move(controls)) {}

  base::Result<std::vector<Record>> load() override {
    const std::scoped_lock lock(controls_->mutex);
    return controls_->kept;
  }
  base::Result<void> save(std::span<const Record> records) override {
    while (controls_->waits) std::this_thread::yield();
    if (controls_->fails) return base::fail(Errc::store_lost);
    ++controls_->transactions;
    controls_->records += static_cast<int>(records.size());
    return {};
  }
  base::Result<std::vector<Record>> changes() override {
    if (controls_->fails) return base::fail(Errc::store_lost);
    const std::scoped_lock lock(controls_->mutex);
    return std::exchange(controls_->news, {});
  }
  base::Result<void> forget_before(WallTime) override { return {}; }
  [[nodiscard]] bool shared() const override { return true; }

 private:
  std::shared_ptr<Controls> controls_;
};

}  // namespace qnet::directory::testing
