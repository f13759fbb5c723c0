// Visits of a relay to its own cover origin, each as one kind of browser, to learn how it answers.
#pragma once

#include <optional>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/calibration/sample.hpp"
#include "transport/mirror/cover_origin.hpp"
#include "transport/mirror/visit_times.hpp"

namespace qnet::mirror {

/// A whole handshake, the browser's first words, and its good-bye. Here and below, `browser`, `random` and
/// `times` must outlive the visit.
net::Task<base::Result<calibration::Sample>> visit(CoverOrigin origin, const client_hello::Template& browser,
                                                   base::RandomSource& random,
                                                   const VisitTimes& times = kVisitTimes);
enum class Corruption { finished, alert };
/// A wrong Finished, or an alert in clear in its place.
net::Task<base::Result<calibration::CorruptedSample>> visit_and_corrupt(
    CoverOrigin origin, const client_hello::Template& browser, Corruption how, base::RandomSource& random,
    const VisitTimes& times = kVisitTimes);

struct Words {
  base::Bytes bytes;
  bool end = false;  ///< and FIN
};
/// `words` in place of a second flight, behind the server's flight and the `unasked` records that follow it.
net::Task<base::Result<calibration::CorruptedSample>> visit_and_say(CoverOrigin origin,
                                                                    const client_hello::Template& browser,
                                                                    Words words, std::size_t unasked,
                                                                    base::RandomSource& random,
                                                                    const VisitTimes& times = kVisitTimes);

/// Whether the origin answers a hello behind `words`. Where it does not, it has ended or sent an alert.
net::Task<base::Result<bool>> visit_behind(CoverOrigin origin, const client_hello::Template& browser,
                                           base::Bytes words, base::RandomSource& random,
                                           const VisitTimes& times = kVisitTimes);

/// How the origin ends a connection by itself; nothing when it has not within VisitTimes::idle.
struct IdleSample {
  std::chrono::milliseconds after{0};
  std::vector<std::size_t> records;
};
/// One on which nothing moves any more after a request and its response.
net::Task<base::Result<std::optional<IdleSample>>> visit_and_rest(CoverOrigin origin,
                                                                  const client_hello::Template& browser,
                                                                  base::RandomSource& random,
                                                                  const VisitTimes& times = kVisitTimes);

/// One whose client does not finish its handshake, from its opening on.
net::Task<base::Result<std::optional<IdleSample>>> visit_and_stall(CoverOrigin origin,
                                                                   const client_hello::Template& browser,
                                                                   base::RandomSource& random,
                                                                   const VisitTimes& times = kVisitTimes);

}  // namespace qnet::mirror
