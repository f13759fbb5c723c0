// The store's own thread: gathers what arrives meanwhile into one transaction, so that a slow disk is paid
// once for many registrations.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "directory_server/store.hpp"
#include "net/byte_stream.hpp"

namespace qnet::directory {

struct StoreLimits {
  static constexpr std::size_t batch = 512;
  /// Records that wait; what comes on top is refused with store_lost, as the disk cannot keep up.
  static constexpr std::size_t waiting = 16'384;
  static constexpr std::chrono::milliseconds poll{1'000};  ///< for other processes' changes
  static constexpr std::chrono::milliseconds first_retry{250};
  static constexpr std::chrono::milliseconds last_retry{5'000};
};

class StoreWorker {
 public:
  /// Starts the thread. `changed` is called on `io` with what other processes have stored. `io` must run
  /// until after the destructor, or not at all any more.
  StoreWorker(boost::asio::io_context& io, std::unique_ptr<Store> store,
              std::function<void(std::vector<Record>)> changed);
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;
  /// Writes what waits, then ends.
  ~StoreWorker();

  /// Returns when the record is durable, or store_lost. On `io`.
  net::Task<base::Result<void>> save(Record record);
  /// Without waiting for it: what is lost with a crash is only work to be done again.
  void save_later(Record record);
  void forget_before(WallTime last_seen);

  /// The last attempt succeeded. From any thread.
  [[nodiscard]] bool healthy() const { return healthy_.load(std::memory_order_relaxed); }

 private:
  struct Waiting;
  void run();
  void work_off(std::vector<std::shared_ptr<Waiting>> batch);
  void poll(bool was_healthy);
  void note_health(const base::Error* error);
  bool enqueue(std::shared_ptr<Waiting> waiting);

  boost::asio::io_context& io_;
  std::unique_ptr<Store> store_;
  std::function<void(std::vector<Record>)> changed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::shared_ptr<Waiting>> queue_;
  WallTime forget_before_{};
  bool stopping_ = false;
  std::atomic<bool> healthy_{true};
  std::jthread thread_;
};

}  // namespace qnet::directory
