// What a relay tells a directory of other relays: how fast they send to it (docs/spec/directory.md §8).
#pragma once

#include <vector>

#include "foundation/base/result.hpp"
#include "network/directory/error.hpp"
#include "network/directory/limits.hpp"
#include "network/directory/peer_key.hpp"
#include "network/directory/rates.hpp"
#include "overlay/peer/identity.hpp"

namespace qnet::directory {

struct RelayRate {
  PeerKey peer{};
  Rate rate = 0;
  bool operator==(const RelayRate&) const = default;
};

struct RateReport {
  peer::PeerId reporter;
  WallTime time{};
  std::vector<RelayRate> rates;  ///< 1 to RateReportLimits::rates

  /// CBOR [body, signature].
  [[nodiscard]] base::Bytes sign(const peer::Identity& identity) const;
  /// Checks form and signature, not the time. Errors: malformed, too_large, wrong_signature.
  [[nodiscard]] static base::Result<RateReport> parse(base::ByteView wire);
  bool operator==(const RateReport&) const = default;
};

}  // namespace qnet::directory
