// `qnet cover check`: visits an origin as every browser would, and tells an operator how good a cover it is.
#pragma once

#include <optional>
#include <string>

#include "base/random.hpp"
#include "calibration/report.hpp"
#include "net/byte_stream.hpp"
#include "node/cover_origin.hpp"

namespace qnet::node {

/// `relay` is the relay's own address, where it is known. Fails when the origin has no address.
net::Task<base::Result<calibration::Report>> check_cover(CoverOrigin origin, std::optional<std::string> relay,
                                                         base::RandomSource& random);

/// Whether two addresses are as near as one hosting network's often are: the same /16 (IPv4) or /32 (IPv6). A
/// guess, as no list of networks is at hand.
[[nodiscard]] bool near(const std::string& one, const std::string& other);

}  // namespace qnet::node
