// Ends sessions that take no new streams, once their streams have ended.
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

  /// Closes the session when its last stream has ended, or after `limit`.
  void add(std::shared_ptr<session::Session> session, std::chrono::steady_clock::duration limit);
  /// Closes all of them now.
  void stop();

 private:
  struct Drain;
  static net::Task<void> run(std::shared_ptr<Drain> drain);

  boost::asio::any_io_executor executor_;
  std::vector<std::weak_ptr<Drain>> drains_;
};

}  // namespace qnet::uplink
