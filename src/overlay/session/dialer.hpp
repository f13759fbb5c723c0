// Dials relays, whatever their cover, and makes Sessions of the links.
#pragma once

#include <chrono>
#include <memory>

#include "foundation/base/random.hpp"
#include "overlay/session/session.hpp"
#include "transport/link/dialers.hpp"

namespace qnet::session {

struct Dialled {
  std::shared_ptr<Session> session;
  std::chrono::microseconds round_trip{};     ///< from the hello to the end of the relay's flight
  std::optional<link::PeerTime> peer_time{};  ///< where the transport tells it
};

/// Shared by all who dial for a node; lives longer than their sessions.
class Dialer {
 public:
  /// `random` is for those who dial: it must outlive them.
  Dialer(link::Dialers transports, base::RandomSource& random)
      : transports_(std::move(transports)), random_(random) {}

  /// May be called on several io_contexts: the session lives where the call was made.
  net::Task<base::Result<Dialled>> dial(link::RelayAddress relay, SessionOptions options) const;
  net::Task<base::Result<Dialled>> dial(link::RelayAddress relay) const {
    return dial(std::move(relay), SessionOptions());
  }
  [[nodiscard]] base::RandomSource& random() const { return random_; }

 private:
  link::Dialers transports_;
  base::RandomSource& random_;
};

}  // namespace qnet::session
