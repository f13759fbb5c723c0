// When a peer that was asked something counts as gone.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"

namespace qnet::session {

class Session;

/// The verdict, without I/O. On a slow line the question may wait behind much that was sent before it. The
/// time in which that gets on is no silence: the peer cannot have answered yet.
class Silence {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Verdict { heard, waits, gone };

  /// `acknowledged`: net::Outgoing's, when the peer was asked.
  Silence(TimePoint asked, std::chrono::seconds allowed, std::uint64_t acknowledged)
      : asked_(asked), since_(asked), allowed_(allowed), acknowledged_(acknowledged) {}

  /// To be asked about once a second.
  [[nodiscard]] Verdict at(TimePoint now, TimePoint last_heard, const net::Outgoing& outgoing);

 private:
  TimePoint asked_;
  TimePoint since_;
  std::chrono::seconds allowed_;
  std::uint64_t acknowledged_;
};

/// Closes a session whose peer is gone by that verdict. Goes on when the program that asked has left, and its
/// coroutine with it: programs that are less patient would keep a dead session for ever.
class SilenceWatch {
 public:
  SilenceWatch(const std::shared_ptr<Session>& session, std::chrono::seconds allowed);
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;
  ~SilenceWatch() = default;

  /// The question has its answer: nothing is watched any more.
  void answered();

 private:
  struct Watched;
  static void wait(const std::shared_ptr<Watched>& watched);

  std::shared_ptr<Watched> watched_;
};

}  // namespace qnet::session
