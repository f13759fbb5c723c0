// Tells when this machine's way to the outside has changed: another address, gateway or interface. By Linux's
// rtnetlink (rtnetlink(7)); nothing is sent.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

struct NetworkWatchLimits {
  /// From the first message of the kernel to the look at what has come of it: a change is many messages, and
  /// a machine may make them without end.
  static constexpr std::chrono::seconds settles{2};
};

/// Lives on one io_context.
class NetworkWatch : public std::enable_shared_from_this<NetworkWatch> {
 public:
  /// Calls `changed` each time that there is another way than before, also after there was none for a while,
  /// and not while there is none. Containers and tunnels beside that way are no change. Null when the kernel
  /// tells us nothing.
  [[nodiscard]] static std::shared_ptr<NetworkWatch> start(const boost::asio::any_io_executor& executor,
                                                           std::function<void()> changed);
  void stop();

 private:
  NetworkWatch(boost::asio::posix::stream_descriptor messages, std::function<void()> changed);
  Task<void> watch();
  void drain();
  void look();

  boost::asio::posix::stream_descriptor messages_;
  boost::asio::steady_timer timer_;
  std::function<void()> changed_;
  std::string way_;
  bool stopped_ = false;
};

/// How the machine would reach an address of the internet: interface, gateway and, of IPv4, its own address.
/// Bytes to compare; empty without a way. An own address of IPv6 is not in it: systems change it each day.
[[nodiscard]] std::string way_to_the_outside();

}  // namespace qnet::net
