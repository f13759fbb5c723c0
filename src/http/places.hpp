// Who has a place at a server, and who gives it up when all are taken. Private to the server.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <boost/beast/core/tcp_stream.hpp>

#include "ip/client_prefix.hpp"
#include "net/tcp.hpp"

namespace qnet::http {

/// As ip::unmapped().
[[nodiscard]] net::tcp::endpoint unmapped(const net::tcp::endpoint& from);

class Places : public std::enable_shared_from_this<Places> {
 public:
  /// A connection, which has its place as long as this lives and nobody else needs it more.
  class Guest {
   public:
    Guest(std::shared_ptr<Places> places, net::tcp::socket socket, const net::tcp::endpoint& from);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    [[nodiscard]] boost::beast::tcp_stream& stream() { return stream_; }
    [[nodiscard]] const net::tcp::endpoint& from() const { return from_; }
    /// Between two requests, or before the first: only then it can lose its place.
    void set_idle(bool idle);

   private:
    friend class Places;
    std::shared_ptr<Places> places_;
    boost::beast::tcp_stream stream_;
    net::tcp::endpoint from_;
    std::optional<std::list<Guest*>::iterator> idle_;
    bool seated_ = true;
  };

  Places(std::size_t all, std::size_t for_each) : all_(all), for_each_(for_each) {}

  /// Whether there is room for one from there; closes the connection that has been idle for longest when all
  /// places are taken.
  [[nodiscard]] bool make_room(const net::tcp::endpoint& from);
  void close_all();
  [[nodiscard]] std::size_t taken() const { return guests_.size(); }

 private:
  [[nodiscard]] bool evict_idlest();
  void leave(Guest& guest);

  std::size_t all_;
  std::size_t for_each_;
  std::set<Guest*> guests_;
  std::map<ip::ClientPrefix, std::size_t> by_client_;  // their connections
  std::list<Guest*> idle_;                             // the one that has been idle for longest first
};

}  // namespace qnet::http
