// Whether peers share the fate of strangers while the origin cannot be reached, or ends who comes. No I/O.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>

namespace qnet::mirror {

/// A relay that answers peers while strangers get no answer shows what it is: to a prober that waits for the
/// origin's outage, or makes one. A relay that never answers them can be silenced by who can fill its origin.
/// So peers are turned away for `shared` at first. It comes back evenly, all of it in `renewal`. Then they
/// are answered all the same, until the origin is reached. Safe to use from several threads.
class OriginOutage {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Longer than a web server's restart or a machine's, and a hundredth of a day: as much as the relay's own
  /// updates and its line cost.
  static constexpr std::chrono::minutes shared{15};
  static constexpr std::chrono::hours renewal{24};
  /// A failure counts for the time since the one before, and for this at most: nobody looked in between.
  static constexpr std::chrono::minutes unseen{1};

  /// A peer has come, and the origin would have given a stranger in its place nothing: whether the peer is
  /// turned away too.
  [[nodiscard]] bool turns_peers_away(Time now);

 private:
  std::mutex lock_;
  std::chrono::steady_clock::duration left_ = shared;
  bool used_up_ = false;  // until a whole minute has come back
  std::optional<Time> last_;
};

}  // namespace qnet::mirror
