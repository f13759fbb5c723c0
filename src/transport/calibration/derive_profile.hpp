// From what visits to the origin showed to the profile that a relay answers by.
#pragma once

#include <span>

#include "foundation/base/result.hpp"
#include "transport/calibration/error.hpp"
#include "transport/calibration/sample.hpp"
#include "transport/htx/mirror_profile.hpp"

namespace qnet::calibration {

/// More than two thirds of the visits heard the same after the handshake. What a slow server says is heard
/// too late, or not at all, so that visits which differ call for more.
[[nodiscard]] bool agree(std::span<const Sample> samples);

/// The samples are of one template; at least one. Where it comes from (origin, hello, time) is the caller's.
[[nodiscard]] base::Result<htx::MirrorProfile> derive_profile(std::span<const Sample> samples,
                                                              const CorruptedSample& corrupted,
                                                              const CorruptedSample& alerted);

}  // namespace qnet::calibration
