// How many strangers a relay joins to its origin at once: a share of what it has, so that peers find room.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>

namespace qnet::mirror {

/// Of the descriptors that this process may open: a stranger takes two, and half of all are left for peers,
/// their streams, and connections whose hello has not come. Of the connections that a listener serves: three
/// quarters (link::ListenerLimits::connections).
[[nodiscard]] std::size_t places_for_strangers(std::size_t open_files);

/// Safe to share between threads. A place may outlive what it came from.
class StrangerPlaces {
  using Taken = std::shared_ptr<std::atomic<std::size_t>>;

 public:
  class Place {
   public:
    explicit Place(Taken taken) : taken_(std::move(taken)) {}
    Place(Place&&) = default;
    Place& operator=(Place&&) = default;
    ~Place() {
      if (taken_) taken_->fetch_sub(1, std::memory_order_relaxed);
    }

   private:
    Taken taken_;
  };

  /// None when all are taken. The number follows the system's limit of open files, which an operator may
  /// change while the process runs.
  [[nodiscard]] std::optional<Place> take();
  [[nodiscard]] std::optional<Place> take(std::size_t places);

 private:
  Taken taken_ = std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace qnet::mirror
