// A self-signed certificate made in memory, for the demo's web site. QNet's own peers never use certificates.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "foundation/base/bytes.hpp"
#include "foundation/crypto/secret.hpp"

namespace qnet::crypto {

struct SelfSigned {
  base::Bytes certificate;      ///< X.509 v3, DER; ECDSA P-256 with SHA-256
  std::string certificate_pem;  ///< the same, for `curl --cacert` and browsers
  SecretBytes private_key;      ///< PKCS #8, DER
};

/// A certificate with a fresh P-256 key for `names`, each a DNS name or an IP address; the first is also the
/// common name. Valid from `not_before` to `not_after`, in whole seconds. Nothing when there is no name, when
/// one of them is neither a DNS name nor an address, or when the validity is empty.
[[nodiscard]] std::optional<SelfSigned> self_signed(std::span<const std::string> names,
                                                    std::chrono::system_clock::time_point not_before,
                                                    std::chrono::system_clock::time_point not_after);

}  // namespace qnet::crypto
