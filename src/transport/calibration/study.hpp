// All that a relay or an operator wants to know of an origin, as one template sees it.
#pragma once

#include <vector>

#include "transport/calibration/sample.hpp"
#include "transport/htx/mirror_profile.hpp"

namespace qnet::calibration {

struct Study {
  std::vector<Sample> samples;  ///< at least one
  CorruptedSample corrupted;
  CorruptedSample alerted;
  htx::MirrorProfile profile;
};

}  // namespace qnet::calibration
