// How many circuits all cores of a relay have together.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace qnet::circuit {

/// Safe to use from several threads.
class Room {
  using Count = std::atomic<std::size_t>;

 public:
  explicit Room(std::size_t most) : most_(most) {}

  /// For one circuit, until what is returned is destroyed; null when there is none. It may outlive the Room.
  [[nodiscard]] std::shared_ptr<const void> take() {
    if (taken_->fetch_add(1, std::memory_order_relaxed) >= most_) {
      taken_->fetch_sub(1, std::memory_order_relaxed);
      return nullptr;
    }
    const auto give_back = [taken = taken_](const void*) { taken->fetch_sub(1, std::memory_order_relaxed); };
    return {taken_.get(), give_back};
  }

  [[nodiscard]] std::size_t taken() const { return taken_->load(std::memory_order_relaxed); }

 private:
  std::size_t most_;
  std::shared_ptr<Count> taken_ = std::make_shared<Count>(0);
};

}  // namespace qnet::circuit
