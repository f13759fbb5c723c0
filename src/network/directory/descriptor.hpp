// A relay's description of itself, signed by its identity (docs/spec/directory.md, "Descriptor").
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/hash.hpp"
#include "network/directory/error.hpp"
#include "network/directory/limits.hpp"
#include "overlay/peer/address.hpp"
#include "overlay/peer/family.hpp"
#include "overlay/peer/identity.hpp"
#include "overlay/peer/invite.hpp"

namespace qnet::directory {

/// What a peer does for others. The bits are on the wire.
enum class Capability : std::uint8_t { relay = 1, exit = 2, directory = 4 };

/// The names of the set bits, in the order above: "relay", "exit", "directory".
[[nodiscard]] std::vector<std::string> capability_names(std::uint8_t capabilities);

/// To what a circuit's first message is sealed. A client takes the last one that has begun.
struct CircuitKey {
  crypto::X25519Public key{};
  WallTime from{};
  WallTime until{};  ///< the relay has forgotten its secret then
  bool operator==(const CircuitKey&) const = default;
};

struct Descriptor {
  peer::PeerId peer;
  crypto::X25519Public noise_key{};
  std::vector<peer::HostPort> addresses;  ///< 1 to 4, the best first
  std::string cover_name;
  link::Cover cover = link::Cover::mirror;
  base::Bytes ech_configs{};                ///< as in an invite; usually empty
  std::uint8_t capabilities = 0;            ///< of Capability
  std::string country{};                    ///< ISO 3166-1, as declared; empty without one
  std::uint64_t bandwidth = 0;              ///< bytes a second that it offers; 0 when unknown
  std::vector<std::uint16_t> exit_ports{};  ///< what an exit allows; empty without an exit
  std::string software{};                   ///< "qnet 0.1.0"
  WallTime issued{};
  WallTime expires{};
  std::vector<CircuitKey> circuit_keys{};     ///< 0 to 2, ascending; empty when it serves no circuits
  std::optional<peer::FamilyProof> family{};  ///< nothing when it names no family

  [[nodiscard]] bool can(Capability what) const {
    return (capabilities & static_cast<std::uint8_t>(what)) != 0;
  }
  /// How its transport reaches the `index`th of its addresses, which must be there.
  [[nodiscard]] link::RelayAddress relay_address(std::size_t index = 0) const;
  /// Its first address, which directories check, is a name.
  [[nodiscard]] bool is_behind_a_name() const;
  bool operator==(const Descriptor&) const = default;
};

/// Two upper-case letters.
[[nodiscard]] bool is_country(std::string_view text);

/// The one spelling of a host that descriptors may have: names in lower case without a dot at the end, IPv6
/// as in RFC 5952, IPv4 as four numbers. So one host cannot count as many. Empty for anything else.
[[nodiscard]] std::string canonical_host(std::string_view host);

/// Equal but for the times. A relay does not sign the same again.
[[nodiscard]] bool says_the_same(const Descriptor& one, const Descriptor& other);

class SignedDescriptor {
 public:
  /// The descriptor must be within its limits and of this identity.
  [[nodiscard]] static SignedDescriptor sign(const Descriptor& descriptor, const peer::Identity& identity);

  /// Checks form, bounds and signatures; not the times. `malformed`, `too_large` or `wrong_signature`.
  [[nodiscard]] static base::Result<SignedDescriptor> parse(base::ByteView wire);

  /// The same without the signatures, which verify() checks: of the thousands in a list, few are used. Until
  /// then nothing that it says is proven, its family neither.
  [[nodiscard]] static base::Result<SignedDescriptor> parse_unverified(base::ByteView wire);
  /// Both signatures: the peer's, and its family's where it names one.
  [[nodiscard]] bool verify() const;

  [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }
  /// CBOR [body, signature].
  [[nodiscard]] base::ByteView wire() const { return wire_; }
  /// SHA-256 of wire().
  [[nodiscard]] const crypto::Digest& digest() const { return digest_; }

  bool operator==(const SignedDescriptor& other) const { return wire_ == other.wire_; }

 private:
  SignedDescriptor(Descriptor descriptor, base::Bytes wire);

  Descriptor descriptor_;
  base::Bytes wire_;
  crypto::Digest digest_;
};

}  // namespace qnet::directory
