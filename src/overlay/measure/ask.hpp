// Measures the peer of a session.
#pragma once

#include <memory>
#include <optional>

#include "overlay/measure/run.hpp"
#include "overlay/session/session.hpp"

namespace qnet::measure {

/// How fast it sends, in bytes a second; nothing when it gives nothing, or not all that it is asked for.
/// `steps` as for Transfers; ends within RunLimits::answers and one RunLimits::transfer. `random` must
/// outlive the call.
net::Task<std::optional<std::uint64_t>> measure(std::shared_ptr<session::Session> session, std::size_t steps,
                                                base::RandomSource& random);

}  // namespace qnet::measure
