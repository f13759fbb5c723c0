// The proxy that a person's programs talk to: accepts, asks for the destination, and joins the two streams.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include <boost/asio/io_context.hpp>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/destination.hpp"
#include "edge/proxy/dialogue.hpp"
#include "foundation/base/at_most_every.hpp"
#include "foundation/net/local_listener.hpp"
#include "foundation/net/local_users.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "overlay/peer/connect_message.hpp"

namespace qnet::proxy {

struct ServerLimits {
  /// For a program to say where it wants to go.
  std::chrono::milliseconds dialogue{30'000};
  /// A program that has vanished, or has closed its socket while the far end says nothing, is noticed after
  /// this long and at most three probes. Most programs are on this machine, where probes cost nothing; Linux
  /// answers for a closed socket for a minute (tcp_fin_timeout), and resets after that.
  std::chrono::seconds keep_alive{60};
  /// Well beyond what a browser opens.
  std::size_t connections = 4096;
  /// Between two log lines about what a program has asked for.
  static constexpr std::chrono::minutes between_lines{1};
};

/// What came of a request: a stream when the status is ok.
struct Connected {
  peer::ConnectStatus status = peer::ConnectStatus::general_failure;
  std::shared_ptr<const void> kept{};  ///< what must live as long as the stream
  std::unique_ptr<net::ByteStream> stream;
};
struct Request {
  Destination destination;
  Preference preference;
};
/// The task is cancelled when the program leaves before it has an answer.
using Connect = std::function<net::Task<Connected>(Request)>;

/// Where programs come in: by a port, by a name in the file system, or both.
struct Entrances {
  std::optional<net::tcp::acceptor> port{};
  std::optional<net::LocalListener> name{};
  /// Whose programs are served by each; others are reset without a byte, so that nothing tells them that this
  /// is a proxy. Null: everybody's.
  std::shared_ptr<net::LocalUsers> port_users{};
  std::shared_ptr<net::LocalUsers> name_users{};
};

/// Lives on one io_context, like the streams that `connect` makes.
class Server : public std::enable_shared_from_this<Server> {
 public:
  Server(boost::asio::io_context& io, Entrances entrances, std::optional<Credentials> credentials,
         Connect connect, const ServerLimits& limits = {});

  void start();
  /// Stops accepting and resets what is open.
  void stop();

  /// Resets what is open; new programs are served.
  void reset_all();

  [[nodiscard]] const net::Traffic& traffic() const { return traffic_; }
  [[nodiscard]] std::size_t open() const { return open_.size(); }

 private:
  class Entry;
  template <class Acceptor>
  net::Task<void> accept(Acceptor& acceptor);
  template <class Socket>
  [[nodiscard]] bool admit(Socket& socket, net::LocalUsers* users);
  template <class Stream, class Socket>
  net::Task<void> serve(Socket socket);
  template <class Stream>
  net::Task<void> talk(Stream& program);
  template <class Stream>
  net::Task<std::optional<Connected>> connect_for(Stream& program, const Dialogue& dialogue);
  net::Task<std::unique_ptr<Dialogue>> converse(net::ByteStream& program);
  void log_problem(const std::string& problem);

  boost::asio::any_io_executor executor_;
  Entrances entrances_;
  std::optional<Credentials> credentials_;
  Connect connect_;
  ServerLimits limits_;
  net::Traffic traffic_;
  std::set<net::ByteStream*> open_;
  base::AtMostEvery problem_lines_{ServerLimits::between_lines};
  base::AtMostEvery stranger_lines_{ServerLimits::between_lines};
};

}  // namespace qnet::proxy
