// The store's own thread. It gathers what comes within some milliseconds, or while it writes, into one
// transaction, so that many registrations wait for a slow disk only once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/directory_server/store.hpp"

namespace qnet::directory {

struct StoreLimits {
  static constexpr std::size_t batch = 512;
  /// How long the first record of a transaction waits for others. A transaction costs more than its records;
  /// a heartbeat has ten seconds for its answer.
  static constexpr std::chrono::milliseconds gathering{20};
  /// Records that wait. More are refused with store_lost: the disk cannot keep up.
  static constexpr std::size_t waiting = 16'384;
  static constexpr std::chrono::milliseconds poll{1'000};  ///< for other processes' changes
  static constexpr std::chrono::hours no_poll{24};         ///< when there are no other processes
  static constexpr std::chrono::milliseconds first_retry{250};
  static constexpr std::chrono::milliseconds last_retry{5'000};
  /// For the records that wait when the worker ends; later they are lost. A database that hangs adds the
  /// deadline of one call (PostgresLimits::answer).
  static constexpr std::chrono::seconds last_writes{5};
};

class StoreWorker {
 public:
  /// Starts the thread. `changed` is called on `io` with what other processes have stored. `io` must run
  /// until after the destructor, or not at all any more.
  StoreWorker(boost::asio::io_context& io, std::unique_ptr<Store> store,
              std::function<void(std::vector<Record>)> changed);
  StoreWorker(const StoreWorker&) = delete;
  StoreWorker& operator=(const StoreWorker&) = delete;
  /// Writes what waits, within a bounded time, then ends.
  ~StoreWorker();

  /// Returns when the record is durable, or store_lost. On `io`.
  net::Task<base::Result<void>> save(Record record);
  /// Does not wait: what a crash loses is only work to be done again.
  void save_later(Record record);
  /// Soon, unless the store is lost.
  void forget_old();

  /// The last attempt succeeded. From any thread.
  [[nodiscard]] bool healthy() const { return healthy_.load(std::memory_order_relaxed); }
  /// For how long; the longest duration while none has failed.
  [[nodiscard]] std::chrono::steady_clock::duration healthy_for();

 private:
  using Clock = std::chrono::steady_clock;
  struct Answer;
  struct Waiting {
    Record record;
    std::shared_ptr<Answer> answer;  // null when nobody waits
  };
  using Batch = std::vector<Waiting>;
  using Answers = std::vector<std::shared_ptr<Answer>>;

  void run();
  [[nodiscard]] Clock::duration until_poll(std::chrono::milliseconds pause) const;
  [[nodiscard]] std::optional<Batch> next_batch(Clock::time_point until);
  void work_off(Batch batch);
  void put_back(Batch batch);
  void poll();
  void forget();
  void note_health(const base::Error* error);
  [[nodiscard]] bool enqueue(Waiting waiting);
  void tell(Answers answers, bool saved);

  boost::asio::io_context& io_;
  std::unique_ptr<Store> store_;
  std::function<void(std::vector<Record>)> changed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool forget_ = false;
  bool stopping_ = false;
  Clock::time_point end_{};          // when stopping: no batch is begun after it
  std::atomic<bool> healthy_{true};  // changes with mutex_ held
  Clock::time_point recovered_{};    // with mutex_; 0 while it was never lost
  bool cannot_forget_ = false;       // the thread's own
  std::jthread thread_;
};

}  // namespace qnet::directory
