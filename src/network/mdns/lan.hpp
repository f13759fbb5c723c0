// Multicast DNS on every interface of this machine that can do it (IPv4).
#pragma once

#include <functional>
#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/mdns/discovery.hpp"
#include "network/mdns/inquiries.hpp"

namespace qnet::mdns {

struct LanLimits {
  static constexpr std::size_t interfaces = 16;
  static constexpr std::chrono::seconds after_error{1};
};

/// The IPv4 networks of each interface of this machine that is up and can multicast. Never loopback.
[[nodiscard]] Interfaces system_interfaces();

struct LanOptions {
  std::optional<Announcement> announce;     ///< nothing to ask only
  std::function<void(const Found&)> found;  ///< null to announce only
  /// The interfaces to listen on. It is asked at each look.
  std::function<Interfaces()> interfaces = system_interfaces;
  /// Between two looks for interfaces that came or went: the system is not asked to tell of them.
  std::chrono::milliseconds look{30'000};
};

/// Lives on one io_context. A machine without a usable interface is no failure: one may come.
class Lan : public std::enable_shared_from_this<Lan> {
 public:
  [[nodiscard]] static std::shared_ptr<Lan> start(boost::asio::io_context& io, LanOptions options,
                                                  base::RandomSource& random);
  void stop();

 private:
  struct Interface;
  Lan(boost::asio::io_context& io, LanOptions options, base::RandomSource& random);
  net::Task<void> keep_looking();
  net::Task<void> listen(std::shared_ptr<Interface> interface);
  Interfaces find_interfaces();
  void ask(const std::vector<unsigned>& where);

  boost::asio::io_context& io_;
  std::function<void(const Found&)> found_;
  std::function<Interfaces()> present_;
  std::chrono::milliseconds look_;
  Discovery discovery_;
  Inquiries inquiries_;
  base::RandomSource& random_;
  std::map<unsigned, std::shared_ptr<Interface>> interfaces_;  // by the system's index
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
};

}  // namespace qnet::mdns
