// `qnet cover check`: visits an origin as every browser would, and tells an operator how good a cover it is.
#pragma once

#include <optional>
#include <string>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "transport/calibration/report.hpp"
#include "transport/mirror/cover_origin.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror {

/// `relay` is the relay's own address, where it is known. Fails when the origin has no address. `random` and
/// `times` must outlive the check.
net::Task<base::Result<calibration::Report>> check_cover(CoverOrigin origin, std::optional<std::string> relay,
                                                         base::RandomSource& random,
                                                         const VisitTimes& times = kVisitTimes);

}  // namespace qnet::mirror
