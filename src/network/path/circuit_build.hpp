// One circuit that is being built over a session with its guard, or has been.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/net/signal.hpp"
#include "overlay/circuit/creation.hpp"
#include "overlay/session/session.hpp"
#include "overlay/session/stream.hpp"

namespace qnet::path {

/// A stream at the exit whose opening may travel with a circuit's first message (Circuits::session()).
struct EarlyRequest {
  std::string protocol;
  base::Bytes first;  ///< no application bytes: what travels early is worth less (docs/spec/circuit.md §3)
};

/// Lives on one io_context.
class CircuitBuild : public std::enable_shared_from_this<CircuitBuild> {
 public:
  explicit CircuitBuild(const boost::asio::any_io_executor& executor) : over_(executor) {}
  CircuitBuild(const CircuitBuild&) = delete;
  CircuitBuild& operator=(const CircuitBuild&) = delete;
  ~CircuitBuild() = default;

  /// Before run(): travels with the first message.
  void carry(const EarlyRequest& request) { early_request_ = request; }
  /// Before run(): the request is answered otherwise, and does not travel.
  void carry_nothing() { early_request_.reset(); }
  /// The stream that it has opened, once; dropping it resets it. Null when nothing was carried.
  [[nodiscard]] std::unique_ptr<session::Stream> take_early() { return std::move(early_); }

  /// Begins, and waits for the answers of all hops behind the guard, `time_out` at most. Once. `random` must
  /// outlive the session, and the others the wait.
  net::Task<base::Result<void>> run(const std::shared_ptr<session::Session>& guard,
                                    const std::vector<circuit::Hop>& hops, circuit::WallTime now,
                                    std::chrono::milliseconds time_out, base::RandomSource& random);
  /// At any time: nobody wants the circuit any more.
  void give_up();

  /// With the exit. Null before run().
  [[nodiscard]] const std::shared_ptr<session::Session>& session() const { return session_; }
  /// How many hops behind the guard have answered well so far.
  [[nodiscard]] std::size_t established() const { return established_; }
  [[nodiscard]] bool timed_out() const { return timed_out_; }
  [[nodiscard]] bool given_up() const { return given_up_; }

 private:
  std::shared_ptr<session::Session> session_;
  std::optional<EarlyRequest> early_request_;
  std::unique_ptr<session::Stream> early_;
  link::Link* link_ = nullptr;  // the session's: lives as long as that
  net::Signal over_;
  std::optional<base::Result<void>> outcome_;
  std::size_t established_ = 0;
  bool timed_out_ = false;
  bool given_up_ = false;
};

}  // namespace qnet::path
