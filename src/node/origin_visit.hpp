// Visits of a relay to its own cover origin, each as one kind of browser, to learn how it answers.
#pragma once

#include <optional>

#include "foundation/base/random.hpp"
#include "foundation/net/byte_stream.hpp"
#include "node/cover_origin.hpp"
#include "protocol/client_hello/template.hpp"
#include "transport/calibration/study.hpp"

namespace qnet::node {

struct VisitLimits {
  static constexpr std::chrono::seconds connect = std::chrono::seconds(10);
  /// From the hello to the end of the server's flight.
  static constexpr std::chrono::seconds handshake = std::chrono::seconds(10);
  /// A server that has said nothing for so long waits for its client.
  static constexpr std::chrono::milliseconds quiet = std::chrono::milliseconds(300);
  /// How long a server may go on talking before that.
  static constexpr std::chrono::seconds talk = std::chrono::seconds(10);
  /// Records nearer together than this left the server in one write.
  static constexpr std::chrono::milliseconds one_write = std::chrono::milliseconds(3);
  /// Web servers' limits are 5 to 180 s; browsers give up after 300 s themselves.
  static constexpr std::chrono::seconds idle = std::chrono::seconds(300);
  /// Visits that a profile is made of, besides those with a wrong second flight.
  static constexpr std::size_t samples = 3;
};

/// `browser` and `random` must outlive the visit.
net::Task<base::Result<calibration::Sample>> visit(CoverOrigin origin, const client_hello::Template& browser,
                                                   base::RandomSource& random);
enum class Corruption { finished, alert };
/// A wrong Finished, or an alert in clear in its place.
net::Task<base::Result<calibration::CorruptedSample>> visit_and_corrupt(CoverOrigin origin,
                                                                        const client_hello::Template& browser,
                                                                        Corruption how,
                                                                        base::RandomSource& random);

/// How the origin ends a connection by itself; nothing when it has not within VisitLimits::idle.
struct IdleSample {
  std::chrono::milliseconds after{0};
  std::vector<std::size_t> records;
};
/// One on which nothing moves any more after a request and its response.
net::Task<base::Result<std::optional<IdleSample>>> visit_and_rest(CoverOrigin origin,
                                                                  const client_hello::Template& browser,
                                                                  base::RandomSource& random);

/// One whose client does not finish its handshake, from its opening on.
net::Task<base::Result<std::optional<IdleSample>>> visit_and_stall(CoverOrigin origin,
                                                                   const client_hello::Template& browser,
                                                                   base::RandomSource& random);

/// All visits that one template needs, and what follows from them.
net::Task<base::Result<calibration::Study>> study(CoverOrigin origin, const client_hello::Template& browser,
                                                  base::RandomSource& random);

/// The shape of the hellos of a template.
[[nodiscard]] std::string shape_of(const client_hello::Template& browser, base::RandomSource& random);

}  // namespace qnet::node
