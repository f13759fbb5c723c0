// A family: the relays of one operator, which no path uses together. They say so with one key that all of
// them have (docs/decisions/0014-a-family-is-a-key.md).
#pragma once

#include <filesystem>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/crypto/ed25519.hpp"
#include "overlay/peer/error.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::peer {

/// That a relay belongs to a family. Only who has the family's secret can make one, and it is for one relay.
struct FamilyProof {
  crypto::Ed25519Public family{};
  crypto::Ed25519Signature signature{};  ///< by the family's key, over "qnet-family-1:" and the relay's key

  [[nodiscard]] static FamilyProof make(const crypto::Ed25519KeyPair& family, const PeerId& relay);
  [[nodiscard]] bool proves(const PeerId& relay) const;
  bool operator==(const FamilyProof&) const = default;
};

// The file: the text "qnet-family-1" and a line feed, and the key's seed (RFC 8032 §5.1.5); 46 bytes in all.
// Errors name the file and never hold what is in it.

/// Fails with family_missing when there is none, and refuses with family_exposed one that anybody but its
/// owner has rights on.
[[nodiscard]] base::Result<crypto::Ed25519KeyPair> load_family(const std::filesystem::path& file);

/// Makes a new family and writes its file, durably, with rights for its owner only. Fails with family_there
/// when something has that name: it may be the key of relays that run.
[[nodiscard]] base::Result<crypto::Ed25519KeyPair> create_family(const std::filesystem::path& file,
                                                                 base::RandomSource& random);

}  // namespace qnet::peer
