// What an origin takes in a client's second flight before it breaks the handshake off.
#pragma once

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/htx/mirror_profile.hpp"
#include "transport/mirror/cover_origin.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror {

/// `profile` is what the origin answers that browser. calibration::Errc::unlike where the origin goes beyond
/// its limits in a way that a relay cannot. Takes some seconds. What is passed by reference must outlive it.
net::Task<base::Result<htx::Tolerance>> measure_tolerance(CoverOrigin origin,
                                                          const client_hello::Template& browser,
                                                          const htx::MirrorProfile& profile,
                                                          base::RandomSource& random,
                                                          const VisitTimes& times = kVisitTimes);

}  // namespace qnet::mirror
