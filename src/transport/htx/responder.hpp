// The relay's side, once a ClientHello was recognised as a peer's.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/htx/handshake_payload.hpp"
#include "transport/htx/initiator.hpp"
#include "transport/htx/mirror_profile.hpp"
#include "transport/htx/transcript.hpp"

namespace qnet::htx {

/// Made by Gate. A state machine without I/O: send answer(), feed what comes until receive() says true, send
/// what take_output() gives after each call, then finish().
class Responder {
 public:
  /// What the gate learned of a hello that opened.
  struct Recognised {
    Transcript transcript;  ///< after message 1
    crypto::X25519Public ephemeral{};
    std::optional<crypto::MlKemPublic> ml_kem;
    base::Bytes session_id;
    Message1 message;
    base::Bytes behind{};  ///< what came with the hello and is to be dropped, as far as it has come
  };

  Responder(Recognised peer, std::shared_ptr<const MirrorProfile> profile, WallTime now);

  /// The server's flight and what follows it unasked, in the writes in which the origin sends it.
  [[nodiscard]] base::Result<std::vector<base::Bytes>> answer(base::RandomSource& random);

  /// True when the client's flight is complete. Call it once without bytes, for what came with the hello.
  /// After an error send take_output(), then refusal(), and close.
  [[nodiscard]] base::Result<bool> receive(base::ByteView bytes);
  /// How many bytes the origin would read next, if they are there: what it has not read when it closes makes
  /// its end a reset. Not 0 while receive() says false.
  [[nodiscard]] std::size_t reads_at_once() const;
  /// What the origin says as soon as the client has Finished: session tickets.
  [[nodiscard]] base::Bytes take_output() { return std::exchange(output_, {}); }
  /// What the origin says to a client whose second flight is wrong in this way.
  [[nodiscard]] base::Bytes refusal(const base::Error& why, base::RandomSource& random) const;
  /// What the origin says to a client that ends in place of its second flight.
  [[nodiscard]] base::Bytes ended(base::RandomSource& random) const;
  /// What the origin says when it has waited for the second flight long enough.
  [[nodiscard]] base::Bytes stalled(base::RandomSource& random) const;

  struct Finished {
    noise::TransportKeys keys;
    base::Bytes first;   ///< the data of the first application record
    base::Bytes unread;  ///< what came behind it
    crypto::X25519Public peer_static{};
  };
  /// Once, after receive() has said true.
  [[nodiscard]] Finished finish();

  [[nodiscard]] const Message1& message() const { return peer_.message; }
  [[nodiscard]] const crypto::X25519Public& ephemeral() const { return peer_.ephemeral; }
  [[nodiscard]] const MirrorProfile& profile() const { return *profile_; }

 private:
  [[nodiscard]] base::Result<base::Bytes> server_hello(base::RandomSource& random,
                                                       std::size_t flight_records);
  /// The record that `bytes` begin with; nothing while the origin would wait for more of it.
  [[nodiscard]] base::Result<std::optional<client_hello::RecordPrefix>> next_record(
      base::ByteView bytes) const;
  [[nodiscard]] base::Result<bool> take_record(std::uint8_t type, base::ByteView body);
  [[nodiscard]] base::Result<bool> take_alert(base::ByteView body);
  [[nodiscard]] bool is_sealed_alert(base::ByteView body) const;
  [[nodiscard]] base::Result<bool> take_finished(base::ByteView body);
  [[nodiscard]] base::Result<bool> take_first_data(base::ByteView body);

  enum class Expects { finished, first_data, nothing };

  Recognised peer_;
  std::shared_ptr<const MirrorProfile> profile_;
  WallTime now_;
  crypto::X25519KeyPair ephemeral_;
  base::Bytes input_;
  base::Bytes output_;
  Expects expects_ = Expects::finished;
  std::size_t change_cipher_specs_ = 0;  // in a row
  std::size_t cancellations_ = 0;
  Finished finished_;
};

}  // namespace qnet::htx
