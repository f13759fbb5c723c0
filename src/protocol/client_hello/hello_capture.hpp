// Takes the ClientHellos of a browser on this machine: listens, reads one hello from each connection, closes
// it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::client_hello {

struct HelloCaptureLimits {
  /// Browsers connect ahead of need, and then send nothing.
  static constexpr std::chrono::seconds hello = std::chrono::seconds(10);
};

/// Lives on one io_context.
class HelloCapture : public std::enable_shared_from_this<HelloCapture> {
 public:
  using Progress = std::function<void(std::size_t taken)>;
  HelloCapture(net::tcp::acceptor acceptor, std::size_t count, Progress progress)
      : acceptor_(std::move(acceptor)), count_(count), progress_(std::move(progress)) {}

  /// Ends when there are as many as wanted, or after stop().
  net::Task<void> run();
  void stop();

  /// One whole record each.
  [[nodiscard]] const std::vector<base::Bytes>& hellos() const { return hellos_; }

 private:
  net::Task<void> take(net::tcp::socket socket);

  net::tcp::acceptor acceptor_;
  std::size_t count_;
  Progress progress_;
  std::vector<base::Bytes> hellos_;
};

}  // namespace qnet::client_hello
