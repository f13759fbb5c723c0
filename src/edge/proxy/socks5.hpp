// SOCKS5 from the server's side: RFC 1928 with no authentication or RFC 1929's.
#pragma once

#include <optional>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/dialogue.hpp"

namespace qnet::proxy {

/// RFC 1928 §6.
enum class Reply : std::uint8_t {
  succeeded = 0x00,
  general_failure = 0x01,
  not_allowed = 0x02,
  network_unreachable = 0x03,
  host_unreachable = 0x04,
  connection_refused = 0x05,
  ttl_expired = 0x06,  ///< applications show it as a time-out
  command_not_supported = 0x07,
  address_type_not_supported = 0x08,
};

/// A whole reply. The bound address tells how it is written: as IPv4, IPv6 or a name; it must be a plain
/// host.
[[nodiscard]] base::Bytes encode_reply(Reply code, const Destination& bound = {"0.0.0.0", 0});

/// The longest forms of the messages, which have one-byte lengths. Their sum bounds what is read before a
/// request is complete or refused.
struct Socks5Limits {
  static constexpr std::size_t greeting = 2 + 255;                ///< RFC 1928 §3
  static constexpr std::size_t password = 1 + 1 + 255 + 1 + 255;  ///< RFC 1929 §2
  static constexpr std::size_t request = 4 + 1 + 255 + 2;         ///< RFC 1928 §4, with a name
  static constexpr std::size_t dialogue = greeting + password + request;
};

class Socks5 final : public Dialogue {
 public:
  /// Without credentials anybody may come in, with a password of their choice if they insist, as with Tor.
  /// The user name may hold wishes (preference.hpp).
  explicit Socks5(std::optional<Credentials> credentials) : credentials_(std::move(credentials)) {}

  [[nodiscard]] base::Bytes reply(peer::ConnectStatus status) const override;

 private:
  enum class Step { greeting, password, request };

  void advance() override;
  /// One message from the front of the input; false when it is not whole.
  bool take_message();
  bool take_greeting();
  bool take_password();
  bool take_request();

  std::optional<Credentials> credentials_;
  Step step_ = Step::greeting;
};

}  // namespace qnet::proxy
