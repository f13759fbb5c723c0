// A relay's two key pairs: Ed25519 for its name and signatures, X25519 for Noise. The first vouches for the
// second.
#pragma once

#include <filesystem>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/ed25519.hpp"
#include "foundation/crypto/x25519.hpp"
#include "overlay/peer/error.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::peer {

struct Identity {
  crypto::Ed25519KeyPair signing;
  crypto::X25519KeyPair noise;

  [[nodiscard]] static Identity generate(base::RandomSource& random);
  /// A deliberate second copy.
  [[nodiscard]] Identity clone() const;
  [[nodiscard]] PeerId peer_id() const { return PeerId(signing.public_key); }
  /// Over "qnet-noise-key:" and the Noise key.
  [[nodiscard]] crypto::Ed25519Signature vouch() const;
};

[[nodiscard]] bool vouches(const PeerId& peer, const crypto::X25519Public& noise_key,
                           const crypto::Ed25519Signature& signature);

// The file: the text "qnet-identity-1" and a line feed, the Ed25519 seed (RFC 8032 §5.1.5), the X25519
// secret; 80 bytes in all. Errors name the file and never hold what is in it.

/// Reads `folder`/identity.key. Fails with identity_missing when there is none, and refuses with
/// identity_exposed one that anybody but its owner has rights on.
[[nodiscard]] base::Result<Identity> load_identity(const std::filesystem::path& folder);

/// Writes it whole or not at all, in place of any other, durably, with rights for its owner only. Makes the
/// folder, for its owner only, when it is missing; leaves an existing one as it is.
[[nodiscard]] base::Result<void> save_identity(const Identity& identity, const std::filesystem::path& folder);

/// Loads it, or makes and saves a new one when there is no file. Two processes that start at once get the
/// same one.
[[nodiscard]] base::Result<Identity> load_or_create_identity(const std::filesystem::path& folder,
                                                             base::RandomSource& random);

[[nodiscard]] std::filesystem::path identity_file(const std::filesystem::path& folder);

}  // namespace qnet::peer
