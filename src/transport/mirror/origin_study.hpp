// An origin as one template, and as all templates, see it.
#pragma once

#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/calibration/study.hpp"
#include "transport/mirror/cover_origin.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror {

/// Visits that a profile is made of, besides those with a wrong second flight.
inline constexpr std::size_t kSamples = 3;
/// At most so many, when the first do not agree.
inline constexpr std::size_t kMostSamples = 7;

/// All visits that one template needs, and what follows from them. What is passed by reference must outlive
/// the study.
net::Task<base::Result<calibration::Study>> study(CoverOrigin origin, const client_hello::Template& browser,
                                                  base::RandomSource& random,
                                                  const VisitTimes& times = kVisitTimes);

struct TemplateStudy {
  const client_hello::Template* browser;
  base::Result<calibration::Study> study;
};

/// Side by side, once for each kind of hello that a server can tell apart; in the templates' order. Takes
/// about three seconds of silences.
net::Task<std::vector<TemplateStudy>> study_all(CoverOrigin origin, base::RandomSource& random,
                                                const VisitTimes& times = kVisitTimes);

}  // namespace qnet::mirror
