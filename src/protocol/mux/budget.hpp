// What all sessions of a process hold for peers and readers that stall: one budget, and a share for each
// session. No I/O and no clock: who must let go is told by a function that its owner gives.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "protocol/mux/activity.hpp"

namespace qnet::mux {

class BudgetShare;

struct BudgetLimits {
  /// Held by one session, and always left to it while another holds more: one first window.
  static constexpr std::size_t floor = std::size_t{256} * 1024;
  /// Nobody is asked to let go of less than this: 4,096 sessions hold 32 MiB of it.
  static constexpr std::size_t smallest = std::size_t{8} * 1024;
  /// Of the budget, what the sessions of one party (an address) hold together before they are asked first.
  static constexpr std::size_t party_part = 4;
  /// So long without as much received as grown windows are for (Activity), and what a session's windows have
  /// grown by is taken back if others need it.
  static constexpr std::chrono::seconds idle = std::chrono::seconds(10);
  /// Between two looks for such sessions.
  static constexpr std::chrono::seconds look = std::chrono::seconds(1);
};

/// Shared by the sessions of all cores. The data path uses atomics; the lock is for sessions that come and
/// go, and for when the budget is short.
///
/// When more is held than the budget, the session that holds most is asked to let go of half, then the next,
/// until a sixteenth of the budget is free. A session lives on a thread of its own, so that this takes a
/// moment. From an eighth above the budget on, a session that receives lets go at once.
class Budget {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `bytes`: of memory for what was received and not read and for what waits to be sent; and, counted
  /// apart, of windows that have grown beyond the first one.
  explicit Budget(std::size_t bytes) : bytes_(bytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  ~Budget() = default;

  /// What is left for windows to grow. Other cores take of it at the same time, so it may be passed by a
  /// little.
  [[nodiscard]] std::size_t left() const;
  [[nodiscard]] std::size_t held() const { return held_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t granted() const { return granted_.load(std::memory_order_relaxed); }
  /// More than half is held: time to queue less.
  [[nodiscard]] bool tight() const { return held() > bytes_ / 2; }

 private:
  friend class BudgetShare;
  struct Party {
    std::atomic<std::size_t> held{0};
    std::size_t shares = 0;
  };

  [[nodiscard]] std::size_t relieved_at() const { return bytes_ - bytes_ / 16; }
  [[nodiscard]] std::size_t hard_limit() const { return bytes_ + bytes_ / 8; }
  /// Asks the greediest session to let go, when there is need and nobody has been asked yet.
  void balance();
  /// With the lock held. Null when nobody holds anything worth it.
  [[nodiscard]] BudgetShare* greediest() const;
  void take_back_idle(Time now);

  std::size_t bytes_;
  std::atomic<std::size_t> held_{0};
  std::atomic<std::size_t> granted_{0};
  std::atomic<bool> shedding_{false};
  std::atomic<BudgetShare*> asked_{nullptr};  // written with the lock held
  std::atomic<Time> next_look_{Time::min()};
  std::mutex lock_;  // of all that follows
  std::vector<BudgetShare*> shares_;
  std::unordered_map<std::uint64_t, Party> parties_;
};

/// One session's part. Gives all of it back at its end. Without a budget nothing is bounded here. All calls
/// come from the session's thread.
class BudgetShare {
 public:
  using Time = Budget::Time;

  /// `party`: who the session belongs to, as far as that is known; 0: nobody knows.
  explicit BudgetShare(std::shared_ptr<Budget> budget, std::uint64_t party = 0);
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;
  ~BudgetShare();

  /// `function` is called from any thread, once for each time that asked() becomes true. It must not call
  /// the budget, but have the session let go on its own thread.
  void on_asked(std::function<void()> function);

  /// What the session's windows may grow by; SIZE_MAX without a budget.
  [[nodiscard]] std::size_t left(Time now);
  /// What the session holds now, and what its windows have grown by.
  void set_held(std::size_t bytes);
  void set_granted(std::size_t bytes);
  /// The session receives something.
  void received(std::size_t bytes, Time now) { activity_.received(bytes, told_granted_, now); }
  /// Whether what its windows had grown by was taken back, as it received little for long. The next
  /// set_granted() ends it.
  [[nodiscard]] bool taken_back() const;

  /// Whether the session must let go of half of what it holds, or until relieved(). answered() afterwards.
  [[nodiscard]] bool asked() const { return asked_.load(std::memory_order_relaxed); }
  void answered();
  /// Whether enough is free again.
  [[nodiscard]] bool relieved() const;
  /// Whether so much more than the budget is held that a session that receives must let go at once.
  [[nodiscard]] bool beyond() const;

 private:
  friend class Budget;

  std::shared_ptr<Budget> budget_;
  std::uint64_t party_name_;
  Budget::Party* party_ = nullptr;
  std::function<void()> on_asked_;
  std::size_t told_granted_ = 0;
  std::atomic<std::size_t> held_{0};     // read by other cores, for the greediest
  std::atomic<std::size_t> granted_{0};  // may be taken back by others
  Activity activity_;
  std::atomic<bool> asked_{false};
};

}  // namespace qnet::mux
