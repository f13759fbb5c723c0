// A TLS 1.3 client (RFC 8446) whose ClientHello is a browser's. For talking with servers that are not ours:
// the cover origin when a relay calibrates itself, and the web server of cover `site`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/crypto/certificate.hpp"
#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/x25519.hpp"
#include "protocol/client_hello/clear_records.hpp"
#include "protocol/client_hello/template.hpp"
#include "protocol/tls/ech.hpp"
#include "protocol/tls/key_schedule.hpp"
#include "protocol/tls/messages.hpp"
#include "protocol/tls/record_cipher.hpp"

namespace qnet::tls {

/// One record as it came, for whoever studies the server.
struct SeenRecord {
  std::uint8_t type = 0;      ///< on the wire
  std::size_t body_size = 0;  ///< on the wire, header not counted
  std::uint8_t inner = 0;     ///< the type inside, where it was sealed
};

/// What the server chose and showed.
struct ServerFlight {
  std::uint16_t cipher_suite = 0;
  std::uint16_t group = 0;
  std::vector<std::uint16_t> hello_extensions;
  std::string alpn;
  std::uint16_t signature_scheme = 0;
  std::size_t signature_size = 0;
  std::size_t signature_record = 0;  ///< which of seen() ends the CertificateVerify
  std::size_t records = 0;           ///< how many of seen() the flight has, ServerHello's included
  bool compressed_certificate = false;
  bool stapled = false;
};

/// The key pairs whose public halves a hello shows.
struct HelloKeys {
  crypto::X25519KeyPair ephemeral;
  std::optional<crypto::X25519KeyPair> separate;  ///< where the browser has one for the plain share
  std::optional<crypto::MlKemKeyPair> kem;        ///< where it offers the hybrid group
};

/// A state machine without I/O: send what take_output() gives, feed what comes to receive().
class Client {
 public:
  struct Config {
    const client_hello::Template* browser;  ///< not null, but for after_hello(); outlives start()
    std::string server_name;
    /// Where the server's chain must end; null looks at its own certificate only.
    const crypto::TrustStore* trust = nullptr;
    crypto::CertificateChain::Time now{};
    /// Sends a Finished that is wrong, to see how the server takes it.
    bool corrupt_finished = false;
    /// An ECHConfigList, as the server's HTTPS record or its retry_configs() have it. Empty, or of no use
    /// here, or with a browser that knows no ECH: the hello is the browser's without it, and shows
    /// `server_name`.
    base::Bytes ech_configs{};
    /// After so many records the client changes its key.
    std::uint64_t records_per_key = kRecordsPerKey - 1024;
  };

  /// The ClientHello is then in take_output().
  [[nodiscard]] static Client start(Config config, base::RandomSource& random);
  /// Goes on with a hello that was sent, in one record, and offered no ECH.
  [[nodiscard]] static Client after_hello(Config config, HelloKeys keys, base::ByteView record);

  /// After an error send what take_output() gives (an alert) and close. After Errc::ech_rejected the server
  /// is authentic, by its public name: connect again with retry_configs(), and where those are empty without
  /// ECH.
  [[nodiscard]] base::Result<void> receive(base::ByteView bytes);
  [[nodiscard]] base::Bytes take_output() { return std::exchange(output_, {}); }
  /// What the server has said, decrypted.
  [[nodiscard]] base::Bytes take_plaintext() { return std::exchange(plaintext_, {}); }
  /// Once established().
  [[nodiscard]] base::Result<void> write(base::ByteView text);
  /// Says close_notify.
  void close();

  [[nodiscard]] bool established() const { return expects_ == Expects::application; }
  /// The server has said close_notify.
  [[nodiscard]] bool ended() const { return ended_; }
  /// RFC 8446 §7.5, once established().
  [[nodiscard]] crypto::SecretBytes exporter(std::string_view label, base::ByteView context,
                                             std::size_t size) const {
    return schedule_->exporter(label, context, size);
  }

  /// Whether the hello hides the server's name.
  [[nodiscard]] bool ech_offered() const { return ech_.has_value(); }
  /// Whether the server has read it. Known with its ServerHello, sure once established().
  [[nodiscard]] bool ech_accepted() const { return ech_ && ech_->accepted; }
  /// Empty but after Errc::ech_rejected.
  [[nodiscard]] const base::Bytes& retry_configs() const { return retry_configs_; }

  [[nodiscard]] const ServerFlight& flight() const { return flight_; }
  [[nodiscard]] const std::vector<SeenRecord>& seen() const { return seen_; }
  /// Makes room for what comes: only the first records are remembered.
  void forget_seen() {
    seen_.clear();
    records_ = flight_.records = 0;
  }
  [[nodiscard]] std::size_t tickets() const { return tickets_; }
  /// Null until the server's certificate has come.
  [[nodiscard]] std::shared_ptr<const crypto::CertificateChain> certificates() const { return certificates_; }

 private:
  /// A hidden hello, while one is offered.
  struct Ech {
    base::Bytes inner;
    std::string public_name;
    bool accepted = false;
    base::Bytes retry_configs;  // not to be used before the server is authentic
  };
  Client(Config config, HelloKeys keys) : config_(std::move(config)), keys_(std::move(keys)) {}

  base::Result<void> take_records();
  base::Result<void> take_clear(std::uint8_t type, base::ByteView body);
  void note(std::uint8_t type, std::size_t body_size);
  void say_alert(std::uint8_t description);
  base::Result<void> take_record(std::uint8_t type, base::ByteView header, base::MutableBytes body);
  base::Result<void> take_sealed(base::ByteView header, base::MutableBytes body);
  base::Result<void> take_handshake(base::ByteView bytes);
  base::Result<void> take_message(std::uint8_t type, base::ByteView whole);
  base::Result<void> take_server_hello(base::ByteView whole);
  base::Result<void> take_encrypted_extensions(base::ByteView body);
  base::Result<void> take_certificate(base::ByteView body);
  base::Result<void> take_certificate_verify(base::ByteView body);
  base::Result<void> take_finished(base::ByteView whole);
  base::Result<void> take_post_handshake(std::uint8_t type, base::ByteView body);
  [[nodiscard]] base::Result<crypto::SecretBytes> agree(std::uint16_t group, base::ByteView share) const;
  base::Result<void> finish(base::ByteView client_secret);
  base::Result<void> update_key();
  void take_offer(base::Bytes record, std::optional<EchSeal> seal, base::RandomSource& random);
  void know_hello(base::ByteView record);
  base::Result<void> refuse_without_ech();
  /// Whom the certificate must be for.
  [[nodiscard]] const std::string& expected_name() const {
    return ech_ && !ech_->accepted ? ech_->public_name : config_.server_name;
  }

  enum class Expects {
    server_hello,
    encrypted_extensions,
    certificate,
    certificate_verify,
    finished,
    application,
    nothing  // ECH was rejected
  };

  Config config_;
  HelloKeys keys_;
  base::Bytes hello_;  // the message, until its hash is known
  std::optional<Ech> ech_;
  base::Bytes retry_configs_;
  base::Bytes session_id_;
  bool separate_share_ = false;
  Expects expects_ = Expects::server_hello;
  std::optional<KeySchedule> schedule_;
  std::optional<TrafficSecrets> secrets_;
  std::optional<RecordCipher> read_;
  std::optional<RecordCipher> write_;
  std::shared_ptr<const crypto::CertificateChain> certificates_;
  ServerFlight flight_;
  std::vector<SeenRecord> seen_;
  base::Bytes input_;
  base::Bytes handshake_;
  base::Bytes output_;
  base::Bytes plaintext_;
  std::size_t handshake_bytes_ = 0;
  std::size_t largest_text_ = 16384;
  std::size_t tickets_ = 0;
  std::size_t records_ = 0;
  client_hello::ClearRecords clear_records_;
  unsigned change_cipher_specs_ = 0;  // in a row
  unsigned key_updates_ = 0;
  bool ended_ = false;
};

}  // namespace qnet::tls
