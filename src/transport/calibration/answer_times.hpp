// How long an origin takes to answer, from all that a round of visits saw.
#pragma once

#include <span>

#include "transport/htx/mirror_profile.hpp"
#include "transport/htx/mirror_profiles.hpp"

namespace qnet::calibration {

/// Enough that the draws of an hour do not show single values.
inline constexpr std::size_t kAnswerTimes = 16;

/// Gives each profile that was measured now the times of all that were and make the origin do the same work:
/// one group, one cipher suite. Where these are few, the profile's own of the round before stay as well. A
/// profile that is also in `older` was not measured now.
void share_answer_times(std::span<htx::MirrorProfile> round, const htx::MirrorProfiles& older);

}  // namespace qnet::calibration
