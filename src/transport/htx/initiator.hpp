// The peer that dials: a browser's ClientHello goes out, and what comes back is read as a relay's answer.
#pragma once

#include <optional>
#include <string>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "protocol/client_hello/clear_records.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/template.hpp"
#include "protocol/tls/client.hpp"
#include "transport/htx/handshake_payload.hpp"
#include "transport/htx/record.hpp"
#include "transport/htx/transcript.hpp"

namespace qnet::htx {

struct HandshakeLimits {
  /// A certificate chain with stapling and SCTs rarely passes 10 KiB; nothing real comes near this. More than
  /// the longest message that a browser takes (client_hello::kLongestMessage).
  static constexpr std::size_t server_flight = 128 * 1024;
};

/// A state machine without I/O: send hello(), feed what comes until receive() says true, send finish().
class Initiator {
 public:
  struct Config {
    const client_hello::Template* browser;  ///< not null; outlives the handshake
    std::string server_name;
    crypto::X25519Public relay_static{};
    AccessTag access_tag{};
    WallTime now{};
    /// Fresh by default, so that a relay cannot link two sessions; relays give their own among themselves.
    std::optional<crypto::X25519KeyPair> own_static = std::nullopt;
  };

  [[nodiscard]] static base::Result<Initiator> start(Config config, base::RandomSource& random);

  /// The ClientHello record, to be sent first.
  [[nodiscard]] base::ByteView hello() const { return hello_; }

  /// True when the relay's flight is complete, false while more is needed. After an error the connection must
  /// be closed and not used again.
  [[nodiscard]] base::Result<bool> receive(base::ByteView bytes);

  struct Finished {
    base::Bytes flight;  ///< ChangeCipherSpec, Finished and the first application record
    noise::TransportKeys keys;
    base::Bytes unread;  ///< what came behind the relay's flight
    EarlyRecords early;  ///< how the first records there are sealed
  };

  /// After Errc::not_recognised the far end may be an ordinary web server, and the hello an ordinary hello:
  /// this goes on as the browser's TLS with it. Nothing where its answer was no ServerHello. Once.
  struct Ordinary {
    tls::Client client;
    base::Bytes received;  ///< all that has come, for client.receive()
  };
  [[nodiscard]] bool met_ordinary_server() const { return ordinary_; }
  [[nodiscard]] std::optional<Ordinary> go_on_as_browser(const crypto::TrustStore* trust,
                                                         crypto::CertificateChain::Time now);

  /// After any other error of receive(), what a browser says before it closes: an alert in clear or, once it
  /// has keys, a sealed one. Nothing in answer to an alert.
  [[nodiscard]] base::Bytes refusal();

  /// Ends the handshake. `first` is carried by the first application record, which is padded to the browser's
  /// length; at most RecordLimits::data bytes.
  [[nodiscard]] base::Result<Finished> finish(base::ByteView first);

  /// The relay's clock, once receive() has said true.
  [[nodiscard]] WallTime relay_time() const { return relay_time_; }
  /// Whether ML-KEM took part.
  [[nodiscard]] bool post_quantum() const { return post_quantum_; }

 private:
  Initiator(Config config, client_hello::BuiltHello hello, tls::HelloKeys keys,
            crypto::X25519KeyPair own_static);

  base::Result<bool> take_clear_records();
  tl::unexpected<base::Error> refuse_clear(const base::Error& why);
  base::Result<void> take_server_hello(base::ByteView message);
  base::Result<bool> take_flight();
  base::Result<bool> take_flight_record(std::uint8_t type, base::MutableBytes header,
                                        base::MutableBytes body);

  enum class Expects { server_hello, flight, nothing };

  Config config_;
  base::Bytes hello_;
  tls::HelloKeys keys_;
  crypto::X25519KeyPair static_;
  Transcript transcript_;
  noise::CipherState flight_cipher_;
  crypto::X25519Public relay_ephemeral_{};
  base::Bytes session_id_;
  client_hello::ClearRecords clear_records_;
  base::Bytes server_hello_;  // the message, as far as it has come
  std::optional<std::uint8_t> clear_alert_;
  std::optional<noise::CipherState> alert_cipher_;  // once there are keys
  base::Bytes input_;
  base::Bytes first_words_;  // all that has come, until the relay is known
  bool ordinary_ = false;    // a ServerHello came, and not the relay's
  std::size_t received_ = 0;
  Expects expects_ = Expects::server_hello;
  std::size_t finished_size_ = 0;
  std::size_t records_left_ = 0;
  std::size_t early_records_ = 0;
  unsigned change_cipher_specs_ = 0;  // in a row
  WallTime relay_time_{};
  bool post_quantum_ = false;
};

}  // namespace qnet::htx
