// SOCKS5 from the server's side: RFC 1928 with no authentication or RFC 1929's.
#pragma once

#include "proxy/credentials.hpp"
#include "proxy/dialogue.hpp"

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

struct Socks5Limits {
  /// A greeting (257), a sub-negotiation (513) and a request (262), all of the longest form.
  static constexpr std::size_t dialogue = 257 + 513 + 262;
};

class Socks5 final : public Dialogue {
 public:
  /// Without credentials anybody may come in, with a password of their choice if they insist, as with Tor.
  explicit Socks5(std::optional<Credentials> credentials) : credentials_(std::move(credentials)) {}

  void feed(base::ByteView bytes) override;
  [[nodiscard]] base::Bytes reply(mesh::ConnectStatus status) const override;

 private:
  enum class Step { greeting, password, request };

  /// One message from the front of the input; false when it is not whole.
  bool step();
  bool take_greeting();
  bool take_password();
  bool take_request();
  void drop(std::size_t count);
  void refuse(Reply code);

  std::optional<Credentials> credentials_;
  Step step_ = Step::greeting;
};

/// A whole reply; the bound address is 0.0.0.0:0, as the exit's own address is nobody's business here.
[[nodiscard]] base::Bytes encode_reply(Reply code);

}  // namespace qnet::proxy
