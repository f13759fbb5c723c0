// An invite: all that a client needs to reach one relay, as a link that fits a message or a QR code.
#pragma once

#include <string>
#include <string_view>

#include "foundation/base/result.hpp"
#include "overlay/peer/address.hpp"
#include "overlay/peer/identity.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::peer {

struct InviteLimits {
  /// Of the whole link; one with the longest host names has about 900 characters.
  static constexpr std::size_t text = 2048;
  static constexpr std::size_t ech_configs = 1024;
};

struct Invite {
  PeerId peer;
  crypto::X25519Public noise_key{};
  crypto::Ed25519Signature voucher{};  ///< the peer's signature over its Noise key
  std::string cover_name;  ///< the server name that the client sends: a host name, never an address
  HostPort address;
  link::Cover cover = link::Cover::mirror;
  /// An ECHConfigList (RFC 9849 §4) of the cover name's web server, or empty. Only with the other covers; not
  /// read here.
  base::Bytes ech_configs{};

  [[nodiscard]] static Invite make(const Identity& identity, HostPort address, std::string cover_name,
                                   link::Cover cover = link::Cover::mirror);

  /// Whether parse() would take it: bad_address, bad_cover_name or forged_invite when not. For an invite
  /// whose parts a person typed.
  [[nodiscard]] base::Result<void> check() const;

  /// How its transport reaches the relay.
  [[nodiscard]] link::RelayAddress relay_address() const;

  /// qnet:// and base64url of: deterministic CBOR [1, peer key, Noise key, voucher, cover name, host, port],
  /// then the first 4 bytes of its SHA-256, which tell a damaged copy from a forged one. Any cover but mirror
  /// follows as an eighth field, in version 2, and ech_configs, where there are any, as a ninth: older
  /// programs then ask for an update.
  [[nodiscard]] std::string to_link() const;

  /// White space around and inside is ignored, as mail programs add it. Everything is checked, the signature
  /// too.
  [[nodiscard]] static base::Result<Invite> parse(std::string_view link);

  bool operator==(const Invite&) const = default;
};

}  // namespace qnet::peer
