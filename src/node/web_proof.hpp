// Has anything come back from the web through the tunnel as it is now? No I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace qnet::node {

struct WebProofLimits {
  /// Programs have sent something, and nothing has come for so long: the proof is old.
  static constexpr std::chrono::seconds silence{15};
  /// Between two checks that fail: doubled each time, from the first to the second.
  static constexpr std::chrono::seconds pause{1};
  static constexpr std::chrono::seconds longest_pause{60};
  /// After so many the web is called silent.
  static constexpr int failures = 3;
};

class WebProof {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// At least once a second. `stands`: a request would find a way. `up` and `down`: bytes of programs since
  /// the start; down is from the web.
  void look(bool stands, std::uint64_t up, std::uint64_t down, TimePoint now);
  /// The tunnel is another one: what came before proves nothing.
  void start_anew();

  /// Nobody has asked for anything: then a check of its own is to be made.
  [[nodiscard]] bool wants_check(TimePoint now) const;
  void check_began(TimePoint now);
  void check_ended(bool came_back, TimePoint now);

  [[nodiscard]] bool proven() const { return proven_; }
  /// The last checks all failed.
  [[nodiscard]] bool silent() const { return failures_ >= WebProofLimits::failures; }

 private:
  void prove();

  bool stands_ = false;
  bool proven_ = false;
  bool checking_ = false;
  int failures_ = 0;
  TimePoint next_check_{};
  std::uint64_t up_ = 0;
  std::uint64_t down_ = 0;
  std::optional<TimePoint> asked_since_;  // programs sent something, and nothing has come since
};

}  // namespace qnet::node
