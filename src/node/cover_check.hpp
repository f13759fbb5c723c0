// `qnet cover check`: visits an origin as every browser would, and tells an operator how good a cover it is.
#pragma once

#include <optional>
#include <string>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "node/cover_origin.hpp"
#include "transport/calibration/report.hpp"

namespace qnet::node {

/// `relay` is the relay's own address, where it is known. Fails when the origin has no address.
net::Task<base::Result<calibration::Report>> check_cover(CoverOrigin origin, std::optional<std::string> relay,
                                                         base::RandomSource& random);

}  // namespace qnet::node
