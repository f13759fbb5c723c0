// Ends sessions that were left: each with its last stream, or at its limit.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "overlay/session/session.hpp"

namespace qnet::uplink {

/// Lives on one io_context.
class Drains {
 public:
  explicit Drains(const boost::asio::any_io_executor& executor) : executor_(executor) {}
  Drains(const Drains&) = delete;
  Drains& operator=(const Drains&) = delete;
  ~Drains() { stop(); }

  /// The session takes no new streams. It ends with its last one, or is closed after `limit`.
  void add(std::shared_ptr<session::Session> session, std::chrono::steady_clock::duration limit);
  /// Closes all of them now.
  void stop();

 private:
  struct Drain;

  boost::asio::any_io_executor executor_;
  std::vector<std::weak_ptr<Drain>> drains_;
};

}  // namespace qnet::uplink
