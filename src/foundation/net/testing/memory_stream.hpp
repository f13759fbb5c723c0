// A ByteStream in memory whose other side is the test.
#pragma once

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "foundation/net/error.hpp"
#include "foundation/net/signal.hpp"

namespace qnet::net::testing {

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(const boost::asio::any_io_executor& executor)
      : executor_(executor), readable_(executor), writable_(executor) {}

  // What the test sets.
  std::string incoming;                                                ///< not read yet
  bool at_end = false;                                                 ///< after `incoming`
  std::size_t longest_read = std::numeric_limits<std::size_t>::max();  ///< by one try_read()
  bool shows_what_it_holds = false;                                    ///< by peek()
  bool gives_memory = false;                                           ///< by prepare()
  std::optional<Errc> read_fails;                                      ///< after `incoming`
  std::optional<Errc> write_fails;
  std::size_t room = std::numeric_limits<std::size_t>::max();  ///< what write_room() says
  std::size_t takes =
      std::numeric_limits<std::size_t>::max();  ///< what try_write() takes in all, as long as it is not more

  // What the test looks at.
  std::string written;
  std::size_t longest_write = 0;
  std::size_t reads = 0;  ///< try_read() that gave bytes
  std::size_t commits = 0;
  bool finished = false;
  bool was_reset = false;

  /// After a change of the above.
  void notify() {
    readable_.notify();
    writable_.notify();
  }

  Task<base::Result<void>> wait_readable() override {
    while (incoming.empty() && !at_end && !read_fails && !was_reset) co_await readable_.wait();
    co_return base::Result<void>();
  }
  base::Result<std::size_t> try_read(base::MutableBytes out) override {
    if (was_reset) return base::fail(Errc::closed);
    if (incoming.empty()) {
      if (read_fails) return base::fail(*read_fails);
      if (at_end) return 0;
      return base::fail(Errc::would_block);
    }
    const auto count = std::min({out.size(), incoming.size(), longest_read});
    std::copy_n(incoming.begin(), count, out.begin());
    incoming.erase(0, count);
    ++reads;
    return count;
  }
  [[nodiscard]] base::ByteView peek() override {
    if (!shows_what_it_holds || was_reset) return {};
    return base::bytes_of(incoming);
  }
  void consume(std::size_t count) override { incoming.erase(0, count); }
  Task<base::Result<void>> wait_writable() override {
    while ((room == 0 || takes == 0) && !write_fails && !was_reset) co_await writable_.wait();
    if (was_reset) co_return base::fail(Errc::closed);
    if (write_fails) co_return base::fail(*write_fails);
    co_return base::Result<void>();
  }
  [[nodiscard]] std::size_t write_room() const override { return room; }
  base::Result<std::size_t> try_write(base::ByteView bytes) override {
    if (was_reset) return base::fail(Errc::closed);
    if (write_fails) return base::fail(*write_fails);
    longest_write = std::max(longest_write, bytes.size());
    const auto count = std::min(bytes.size(), takes);
    written += base::text_of(bytes.first(count));
    takes -= count;
    return count;
  }
  [[nodiscard]] base::MutableBytes prepare() override {
    if (!gives_memory || write_fails || was_reset) return {};
    memory_.resize(std::min({room, takes, std::size_t{65'536}}));
    return memory_;
  }
  void commit(std::size_t count) override {
    ++commits;
    (void)try_write(base::ByteView(memory_).first(count));
  }
  void finish() override { finished = true; }
  void reset() override {
    was_reset = true;
    notify();
  }
  void close() override {
    finished = true;
    reset();
  }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }

 private:
  boost::asio::any_io_executor executor_;
  Signal readable_;
  Signal writable_;
  base::Bytes memory_;  // that prepare() gave
};

}  // namespace qnet::net::testing
