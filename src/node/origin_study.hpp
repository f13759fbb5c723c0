// An origin as all templates see it.
#pragma once

#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "node/cover_origin.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/calibration/study.hpp"

namespace qnet::node {

struct TemplateStudy {
  const client_hello::Template* browser;
  base::Result<calibration::Study> study;
};

/// Side by side, once for each kind of hello that a server can tell apart; in the templates' order. Takes
/// about two seconds of silences.
net::Task<std::vector<TemplateStudy>> study_all(CoverOrigin origin, base::RandomSource& random);

}  // namespace qnet::node
