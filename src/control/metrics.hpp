#pragma once

#include <string>

#include "control/status.hpp"

namespace qnet::control {

/// Prometheus' text exposition format, version 0.0.4. The samples of a nested node carry the label `node`;
/// those of the process as a whole do not, so sums are taken over one or the other.
[[nodiscard]] std::string metrics(const Status& status);

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace qnet::control
