// Gives the memory of large lists back to the system once they are gone.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace qnet::directory {

struct SpentMemoryLimits {
  /// Less is not worth the walk through the heap.
  static constexpr std::size_t worth = 1024 * 1024;
  /// From the first list that has gone until the memory goes: others follow, and need the same memory. What
  /// the rest of the process keeps to use again goes too, so this must not happen often.
  static constexpr std::chrono::seconds after{5};
};

/// glibc keeps what was freed, wherever anything above it lives: a directory's lists are as large as all that
/// it keeps, and live for a moment. The memory is given back from time to time, and not by a lower
/// M_MMAP_THRESHOLD: that is the whole process's, and takes new pages for each large block of a super peer's
/// streams (docs/performance.md, "Memory of a directory, and uploads beside it"). Lives on one io_context.
class SpentMemory : public std::enable_shared_from_this<SpentMemory> {
 public:
  SpentMemory(const boost::asio::any_io_executor& executor, std::function<void()> give_back = give_back_freed)
      : timer_(executor), give_back_(std::move(give_back)) {}

  /// So many bytes were freed, or are about to be.
  void add(std::size_t bytes);
  /// Gives nothing back from now on.
  void stop() {
    timer_set_ = true;
    timer_.cancel();
  }

  /// All pages of the heap in which nothing is: a few milliseconds in a large process. Nothing without glibc.
  static void give_back_freed();

 private:
  boost::asio::steady_timer timer_;
  std::function<void()> give_back_;
  std::size_t bytes_ = 0;
  bool timer_set_ = false;
};

}  // namespace qnet::directory
