// One name asked for in the DNS, by c-ares with Asio's sockets and timers.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/ip/ip_address.hpp"
#include "protocol/dns/error.hpp"

struct ares_channeldata;

namespace qnet::dns {

struct Timing {
  std::chrono::milliseconds first_try{1500};  ///< per name server; the second waits twice as long
  int tries = 2;
  std::chrono::milliseconds deadline{5000};  ///< for everything, so that connecting has as long again
  /// How long IPv6 addresses may come after IPv4 ones: some name servers never answer for IPv6.
  std::chrono::milliseconds v6_wait{100};
};

struct Answer {
  std::vector<ip::IpAddress> addresses;  ///< at least one; IPv4 first, in the order of the answer
  std::chrono::seconds ttl;              ///< the least of all
};

/// Asks for A and AAAA at the same time. Has a c-ares channel of its own, for two reasons: c-ares cancels
/// whole channels only, and each channel sends from new random ports, which a forger must guess together with
/// the query's number.
class Lookup : public std::enable_shared_from_this<Lookup> {
 public:
  using Done = std::function<void(base::Result<Answer>)>;
  /// Where questions come from; nothing: the system chooses.
  struct Sources {
    std::optional<boost::asio::ip::address_v4> v4{};
    std::optional<boost::asio::ip::address_v6> v6{};
  };
  using NameServers = std::vector<boost::asio::ip::udp::endpoint>;

  /// `name` as ip::ip::parse_host() gives it. `done` runs once, later, on the executor: name_not_found,
  /// name_service_failed or timeout when there is no address. Without `servers` the system's are asked
  /// (/etc/resolv.conf as it is now).
  [[nodiscard]] static std::shared_ptr<Lookup> start(const boost::asio::any_io_executor& executor,
                                                     const std::string& name, const NameServers& servers,
                                                     const Sources& from, const Timing& timing, Done done);
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup();

  /// `done` will not run any more.
  void cancel();

 private:
  // One question and what came of it.
  struct Question {
    Lookup* owner;
    int type;
    bool answered = false;
    Errc error = Errc::timeout;
    std::vector<ip::IpAddress> addresses = {};
    std::chrono::seconds ttl{0};
  };
  // A socket of c-ares, which keeps it: released here before it is closed there.
  struct Watch {
    boost::asio::posix::stream_descriptor descriptor;
    bool want_read = false, reading = false;
    bool want_write = false, writing = false;
  };
  struct CloseChannel {
    void operator()(ares_channeldata* channel) const;
  };

  Lookup(const boost::asio::any_io_executor& executor, const Timing& timing, Done done);
  [[nodiscard]] bool open_channel(const NameServers& servers, const Sources& from);
  [[nodiscard]] bool bind_channel(const NameServers& servers, const Sources& from);
  void ask(const std::string& name);
  void take_answer(Question& question, int status, const unsigned char* answer, int size);
  void watch(int socket, bool read, bool write);
  void wait(const std::shared_ptr<Watch>& watch);
  void process(int readable, int writable);
  void arm_retry_timer();
  void arm_deadline(std::chrono::milliseconds after);
  void complete();
  [[nodiscard]] base::Result<Answer> result() const;

  boost::asio::any_io_executor executor_;
  Timing timing_;
  Done done_;
  bool ended_ = false;
  boost::asio::steady_timer retry_timer_;
  boost::asio::steady_timer deadline_timer_;
  std::map<int, std::shared_ptr<Watch>> watches_;
  Question v4_;
  Question v6_;
  std::unique_ptr<ares_channeldata, CloseChannel> channel_;  // last: closing it uses what stands above
};

}  // namespace qnet::dns
