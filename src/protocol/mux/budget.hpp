// What all sessions of a process hold for readers that do not read: one budget, and a share for each session.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace qnet::mux {

/// Shared by the sessions of all cores.
class Budget {
 public:
  /// `bytes`: of windows that have grown beyond the first one, and, counted apart, of what was received and
  /// not read.
  explicit Budget(std::size_t bytes) : bytes_(bytes) {}

  /// What is left for windows to grow. Other cores take of it at the same time, so it may be passed by a
  /// little.
  [[nodiscard]] std::size_t left() const {
    const auto granted = granted_.load(std::memory_order_relaxed);
    return bytes_ - std::min(bytes_, granted);
  }
  [[nodiscard]] std::size_t held() const { return held_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t granted() const { return granted_.load(std::memory_order_relaxed); }

 private:
  friend class BudgetShare;

  std::size_t bytes_;
  std::atomic<std::size_t> held_{0};
  std::atomic<std::size_t> granted_{0};
  std::atomic<std::size_t> sessions_{0};
};

/// One session's part. Gives all of it back at its end. Without a budget nothing is bounded here.
class BudgetShare {
 public:
  explicit BudgetShare(std::shared_ptr<Budget> budget);
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;
  ~BudgetShare();

  /// What the session's windows may grow by; SIZE_MAX without a budget.
  [[nodiscard]] std::size_t left() const;
  /// What the session holds now, and what its windows have grown by.
  void set_held(std::size_t bytes);
  void set_granted(std::size_t bytes);
  /// Whether the budget is used up and this session holds more than its part: it must let go of something.
  /// Asked when a session receives: one that holds much and is silent keeps it. So the budget is no firm
  /// bound of what all together hold.
  [[nodiscard]] bool exceeded() const;

 private:
  std::shared_ptr<Budget> budget_;
  std::size_t held_ = 0;
  std::size_t granted_ = 0;
};

}  // namespace qnet::mux
