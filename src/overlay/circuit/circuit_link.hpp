// A link over a circuit: between a client and an exit, who share no connection. Its bytes travel in frames
// over a stream of the session with the neighbour (docs/spec/circuit.md).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "foundation/net/partial_input.hpp"
#include "foundation/net/signal.hpp"
#include "overlay/circuit/initiator.hpp"
#include "overlay/circuit/opening.hpp"
#include "transport/link/link.hpp"

namespace qnet::session {
class Session;
}

namespace qnet::circuit {

/// How a client begins a circuit.
struct Beginning {
  /// Opens the stream to the guard with these first bytes (Opening).
  std::function<base::Result<std::unique_ptr<net::ByteStream>>(base::Bytes first)> open;
  std::vector<Hop> hops;  ///< behind the guard
  WallTime now{};
  base::RandomSource& random;
  /// Whether the first bytes of the link travel with the first message. They are worth less (create()). Then
  /// the circuit begins when there are some, and not before.
  bool early = false;
  /// Told after each hop's good answer but the last one's: how many there were.
  std::function<void(std::size_t established)> progress{};
  /// Told once: that all hops have answered well, or why not and how many had.
  std::function<void(base::Result<void>, std::size_t established)> outcome{};
};

/// Beginning::open for a guard with which there is this session.
[[nodiscard]] std::function<base::Result<std::unique_ptr<net::ByteStream>>(base::Bytes)> open_over(
    std::shared_ptr<session::Session> guard);

class CircuitLink final : public link::Link {
 public:
  /// A client's end. It begins with the first send().
  CircuitLink(const boost::asio::any_io_executor& executor, Beginning beginning, link::Facts facts);
  /// An exit's end. `early`: what came with the first message. `counted` is kept as long as the link.
  CircuitLink(std::unique_ptr<net::ByteStream> stream, Layers layers, base::Bytes early, link::Facts facts,
              std::shared_ptr<const void> counted);
  ~CircuitLink() override;

  [[nodiscard]] const link::Facts& facts() const override { return facts_; }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return executor_; }
  net::Task<base::Result<void>> wait_readable() override;
  [[nodiscard]] base::Result<link::Progress> receive(link::User& user) override;
  net::Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] base::Result<link::Progress> send(link::User& user) override;
  [[nodiscard]] net::Outgoing outgoing() const override {
    return stream_ ? stream_->outgoing() : net::Outgoing{};
  }
  void finish(link::Ending how) override;
  void close() override;

 private:
  /// `nothing` when it has to wait for bytes that are to travel early.
  [[nodiscard]] base::Result<link::Progress> begin(link::User& user);
  [[nodiscard]] base::Result<void> take_all(base::MutableBytes bytes, link::User& user);
  [[nodiscard]] base::Result<void> take(base::MutableBytes whole, link::User& user);
  [[nodiscard]] base::Result<void> take_answer(base::MutableBytes whole);
  [[nodiscard]] base::Result<std::optional<std::size_t>> next_size(base::ByteView input) const;
  [[nodiscard]] base::Result<link::Progress> send_frames(link::User& user);
  [[nodiscard]] base::Result<link::Progress> send_frame(link::User& user);
  [[nodiscard]] base::Result<bool> write_unsent();
  /// Seals what the user gives as frames at the beginning of `room`; how many bytes.
  [[nodiscard]] base::Result<std::size_t> seal_frames(base::MutableBytes room, link::User& user);
  void tell(base::Result<void> result);

  boost::asio::any_io_executor executor_;
  std::unique_ptr<Beginning> beginning_;     // a client's, until its outcome is told
  std::unique_ptr<net::ByteStream> stream_;  // null before begin()
  std::optional<Initiator> initiator_;       // from begin() until all hops have answered
  Layers layers_;
  base::Bytes early_;
  net::PartialInput input_;
  base::Bytes unsent_;  // sealed, and not taken by the stream
  link::Facts facts_;
  std::shared_ptr<const void> counted_;
  net::Signal begun_;
  net::Signal established_;
  bool ended_ = false;
};

}  // namespace qnet::circuit
