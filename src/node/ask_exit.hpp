// One question to one exit: will you connect to this destination?
#pragma once

#include <chrono>
#include <memory>

#include "edge/proxy/server.hpp"
#include "overlay/peer/connect_message.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::node {

/// How long an exit is waited for.
struct OutboundPatience {
  /// For its answer.
  std::chrono::milliseconds answer = std::chrono::seconds(30);
  /// An exit answers for the slowest site within 10 s. One that has said nothing at all since it was asked is
  /// gone, or cut off: TCP would notice only after 30.
  std::chrono::seconds silence{12};
  /// After a sleep of the machine most sessions are gone.
  std::chrono::seconds doubted_silence{4};
};

struct ExitAnswer {
  proxy::Connected connected{};
  peer::Lack lacks = peer::Lack::nothing;
  bool has_no_exit = false;  ///< this peer has no exit at all
  bool heard = false;        ///< it is the exit's own answer
  std::string bound{};       ///< where the exit says that its connection comes from, where it is ok

  /// Another exit may serve the request.
  [[nodiscard]] bool declined() const { return has_no_exit || lacks != peer::Lack::nothing; }
};

/// An answer that is made of why there is none.
[[nodiscard]] ExitAnswer no_answer(const base::Error& error);

/// Sends nothing of a program: raw bytes follow the answer. `silence`: OutboundPatience's that fits. What is
/// given by reference must outlive the task.
net::Task<ExitAnswer> ask_exit(std::shared_ptr<session::Session> session, const peer::ConnectRequest& request,
                               const OutboundPatience& patience, std::chrono::seconds silence);

/// The same, where the question has been sent on this stream of the session already.
net::Task<ExitAnswer> hear_exit(std::shared_ptr<session::Session> session,
                                std::unique_ptr<session::Stream> stream, const OutboundPatience& patience,
                                std::chrono::seconds silence);

}  // namespace qnet::node
