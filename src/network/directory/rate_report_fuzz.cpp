// What any relay tells of others.
#include <cstdlib>

#include "foundation/base/testing/seeded_random.hpp"
#include "network/directory/rate_report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qnet;
  const auto report = directory::RateReport::parse({data, size});
  if (!report) return 0;
  if (report->rates.empty() || report->rates.size() > directory::RateReportLimits::rates) std::abort();
  // The body is written in one way, with any signature.
  base::testing::SeededRandom random(1);
  const auto wire = report->sign(peer::Identity::generate(random));
  if (wire.size() != size) std::abort();
  return 0;
}
