// A relay's two key pairs: Ed25519 for its name and signatures, X25519 for Noise. The first vouches for the second.
#pragma once

#include <filesystem>

#include "base/random.hpp"
#include "base/result.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/x25519.hpp"
#include "mesh/error.hpp"
#include "mesh/peer_id.hpp"

namespace qnet::mesh {

struct Identity {
  crypto::Ed25519KeyPair signing;
  crypto::X25519KeyPair noise;

  [[nodiscard]] static Identity generate(base::RandomSource& random);
  [[nodiscard]] PeerId peer_id() const { return PeerId(signing.public_key); }
  /// Over "qnet-noise-key:" and the Noise key.
  [[nodiscard]] crypto::Ed25519Signature vouch() const;
};

[[nodiscard]] bool vouches(const PeerId& peer, const crypto::X25519Public& noise_key,
                           const crypto::Ed25519Signature& signature);

/// Reads `folder`/identity.key. Refuses a file that others may read.
[[nodiscard]] base::Result<Identity> load_identity(const std::filesystem::path& folder);

/// Writes it whole or not at all, readable by the owner only; makes the folder when it is missing.
[[nodiscard]] base::Result<void> save_identity(const Identity& identity, const std::filesystem::path& folder);

/// Loads it, or makes and saves a new one when there is no file.
[[nodiscard]] base::Result<Identity> load_or_create_identity(const std::filesystem::path& folder,
                                                             base::RandomSource& random);

[[nodiscard]] std::filesystem::path identity_file(const std::filesystem::path& folder);

}  // namespace qnet::mesh
