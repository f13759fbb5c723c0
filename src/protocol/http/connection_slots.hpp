// A server's connection slots: which connections it holds, and which one it closes when all slots are taken.
// Private to the server.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <boost/beast/core/tcp_stream.hpp>

#include "foundation/ip/client_prefix.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::http {

/// As ip::unmapped().
[[nodiscard]] net::tcp::endpoint unmapped(const net::tcp::endpoint& from);

/// Lives on one io_context. Connections share its ownership, so it lives as long as the last of them.
class ConnectionSlots : public std::enable_shared_from_this<ConnectionSlots> {
 public:
  /// Holds a slot until it is destroyed, or is closed because another connection needs the slot.
  class Connection {
   public:
    Connection(std::shared_ptr<ConnectionSlots> slots, net::tcp::socket socket,
               const net::tcp::endpoint& from);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] boost::beast::tcp_stream& stream() { return stream_; }
    [[nodiscard]] const net::tcp::endpoint& from() const { return from_; }
    /// Idle is between two requests, or before the first. Only an idle connection can lose its slot.
    void set_idle(bool idle);

   private:
    friend class ConnectionSlots;
    std::shared_ptr<ConnectionSlots> slots_;
    boost::beast::tcp_stream stream_;
    net::tcp::endpoint from_;
    std::optional<std::list<Connection*>::iterator> idle_;
    bool has_slot_ = true;
  };

  ConnectionSlots(std::size_t all, std::size_t per_client_prefix)
      : all_(all), per_client_prefix_(per_client_prefix) {}

  /// Whether there is a slot for a connection from there. Closes the connection that has been idle for
  /// longest when all slots are taken.
  [[nodiscard]] bool make_room(const net::tcp::endpoint& from);
  void close_all();
  [[nodiscard]] std::size_t taken() const { return connections_.size(); }

 private:
  [[nodiscard]] bool close_idlest();
  void release(Connection& connection);

  std::size_t all_;
  std::size_t per_client_prefix_;
  std::set<Connection*> connections_;
  std::map<ip::ClientPrefix, std::size_t> of_prefix_;
  std::list<Connection*> idle_;  // the one that has been idle for longest comes first
};

}  // namespace qnet::http
