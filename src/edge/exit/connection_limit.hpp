#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace qnet::exit {

/// How many connections there may be at once, over all threads of the process.
class ConnectionLimit {
  using Count = std::atomic<std::size_t>;

 public:
  /// One connection's place; given back when destroyed. May outlive the limit.
  class [[nodiscard]] Permit {
   public:
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&& other) noexcept {
      std::swap(count_, other.count_);
      return *this;
    }
    ~Permit() {
      if (count_) count_->fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    friend ConnectionLimit;
    explicit Permit(std::shared_ptr<Count> count) : count_(std::move(count)) {}
    std::shared_ptr<Count> count_;
  };

  explicit ConnectionLimit(std::size_t most) : most_(most), open_(std::make_shared<Count>(0)) {}

  [[nodiscard]] std::optional<Permit> acquire() {
    if (open_->fetch_add(1, std::memory_order_relaxed) < most_) return Permit(open_);
    open_->fetch_sub(1, std::memory_order_relaxed);
    return std::nullopt;
  }

  [[nodiscard]] std::size_t open() const { return open_->load(std::memory_order_relaxed); }

 private:
  std::size_t most_;
  std::shared_ptr<Count> open_;
};

}  // namespace qnet::exit
