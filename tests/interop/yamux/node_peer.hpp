// One TCP connection on loopback to peer.mjs in a Node process, with QNet's Yamux at this end.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "protocol/mux/yamux.hpp"

namespace qnet::mux::testing {

class NodePeer {
 public:
  /// Starts Node; throws when it does not connect. `role` is ours.
  explicit NodePeer(Role role);
  NodePeer(const NodePeer&) = delete;
  NodePeer& operator=(const NodePeer&) = delete;
  ~NodePeer();

  /// Moves bytes between the socket and the Yamux until `done` holds; false after `seconds`, or when the
  /// connection ends first. Streams that Node opens are echoed, unless they are in `kept`.
  [[nodiscard]] bool run_until(const std::function<bool()>& done, int seconds = 60);

  /// Opens a stream, sends `question`, ends it and gives the whole answer.
  [[nodiscard]] std::string ask(const std::string& question);

  Yamux& mux() { return mux_; }
  [[nodiscard]] bool was_reset(StreamId stream) const { return resets_.contains(stream); }
  [[nodiscard]] const std::set<StreamId>& opened_by_node() const { return opened_; }
  [[nodiscard]] bool connection_ended() const { return ended_; }
  /// Closes the connection and gives Node's exit code; -1 when it does not exit within 10 s.
  [[nodiscard]] int exit_code();

  bool echo_streams = true;

 private:
  void accept_node(Role role);
  void take_events();
  void echo_what_came();
  [[nodiscard]] bool move_bytes(std::chrono::milliseconds longest_wait);

  struct Socket {
    int descriptor = -1;
    ~Socket() { close(); }
    void close();
  };
  Socket socket_;
  int process_ = -1;
  base::Bytes out_;
  std::size_t sent_ = 0;
  Yamux mux_;
  std::set<StreamId> opened_;
  std::set<StreamId> echoing_;
  std::set<StreamId> resets_;
  bool ended_ = false;
};

}  // namespace qnet::mux::testing
