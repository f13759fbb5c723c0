// One TLS connection to an origin, and what came on it.
#pragma once

#include <memory>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/client_hello/template.hpp"
#include "protocol/tls/client.hpp"
#include "transport/calibration/sample.hpp"
#include "transport/mirror/cover_origin.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror {

class OriginConnection {
 public:
  using Clock = std::chrono::steady_clock;

  /// `browser`, `random` and `times` must outlive it. `corrupt` makes its client's Finished wrong.
  OriginConnection(CoverOrigin origin, const client_hello::Template& browser, base::RandomSource& random,
                   bool corrupt, const VisitTimes& times);

  /// Connects, and goes up to the server's Finished. The client's own then waits in client().
  /// `before` is sent in front of its hello.
  net::Task<base::Result<void>> handshake(base::ByteView before = {});

  /// Sends what client() has to send.
  net::Task<base::Result<void>> send();

  /// Whether a record of client().seen() came in another write than the one before.
  [[nodiscard]] bool after_pause(std::size_t record) const {
    return record < paused_.size() && paused_[record];
  }

  /// The body sizes of what the server says until it is silent for `quiet` or ends, and of what came with its
  /// flight.
  net::Task<base::Result<std::vector<std::size_t>>> listen(std::chrono::milliseconds quiet);

  /// Waits until so many records have come; fails where the server ends first.
  net::Task<base::Result<void>> await_records(std::size_t count);

  /// Records that have come so far are no longer of interest.
  void forget();

  [[nodiscard]] tls::Client& client() { return client_; }
  /// Once handshake() has connected.
  [[nodiscard]] net::TcpStream& stream() { return *stream_; }
  [[nodiscard]] calibration::Ending ending() const { return ending_; }
  /// When it was connected.
  [[nodiscard]] Clock::time_point opened() const { return opened_; }
  [[nodiscard]] Clock::time_point last_arrival() const { return last_arrival_; }

  /// What is known when the server has Finished.
  [[nodiscard]] calibration::Sample sample() const;

 private:
  net::Task<base::Result<bool>> read(std::chrono::milliseconds limit);
  net::Task<bool> readable_within(std::chrono::milliseconds limit);

  CoverOrigin origin_;
  const VisitTimes& times_;
  tls::Client client_;
  std::unique_ptr<net::TcpStream> stream_;
  std::vector<bool> paused_;  // one for each of client_.seen()
  std::size_t heard_ = 0;     // of client_.seen()
  std::chrono::microseconds connected_after_{0};
  std::chrono::microseconds answered_after_{0};
  Clock::time_point opened_ = Clock::now();
  Clock::time_point last_arrival_ = Clock::now();
  calibration::Ending ending_ = calibration::Ending::open;
};

}  // namespace qnet::mirror
