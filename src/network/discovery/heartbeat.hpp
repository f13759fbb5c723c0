// What a relay says to one directory, and when: no I/O, no clock. `registrar.hpp` carries it out.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "foundation/base/retry.hpp"
#include "network/directory/exchange.hpp"

namespace qnet::discovery {

struct HeartbeatLimits {
  static constexpr std::chrono::milliseconds interval{30'000};
  /// Added or taken, so that relays that start together do not stay in step.
  static constexpr std::chrono::milliseconds jitter{5'000};
  /// The first few after a registration that is not listed yet: the relay's operator waits for that.
  static constexpr std::chrono::milliseconds unlisted{8'000};
  static constexpr std::chrono::milliseconds unlisted_jitter{2'000};
  static constexpr unsigned unlisted_answers = 3;
  static constexpr std::chrono::milliseconds first_retry{1'000};
  static constexpr std::chrono::milliseconds last_retry{60'000};
  static constexpr std::chrono::seconds longest_retry_after{300};
  /// When a directory has taken a number from the far future, the relay does not go on from there: it would
  /// have to do so at every other directory, too.
  static constexpr std::chrono::hours farthest_sequence{24 * 366};
};

/// The sequence numbers of one relay's registrations. They grow even if its clock is set back.
class Sequence {
 public:
  /// For the next registration; `now` in milliseconds since 1970.
  [[nodiscard]] std::uint64_t next(std::uint64_t now) { return last_ = std::max(last_ + 1, now); }
  /// A directory says that it took this one already. False when the number is too far ahead to go on from.
  bool follow(std::uint64_t taken, std::uint64_t now);

 private:
  std::uint64_t last_ = 0;
};

/// One directory, as a relay sees it.
class Heartbeat {
 public:
  /// After an answer: again at once, or after a pause.
  struct Next {
    bool at_once = false;
    std::chrono::milliseconds pause{0};
  };

  /// Whether the directory needs the whole descriptor with this digest, not the digest alone.
  [[nodiscard]] bool must_send_whole(const crypto::Digest& descriptor) const { return knows_ != descriptor; }
  /// It answered the registration of this descriptor, which was sent `whole` or not. `now` as in Sequence.
  [[nodiscard]] Next answered(const directory::Answer& answer, const crypto::Digest& descriptor, bool whole,
                              Sequence& sequence, std::uint64_t now, base::RandomSource& random);
  /// It could not be asked.
  [[nodiscard]] Next failed(std::string problem, base::RandomSource& random);
  /// There is nothing to tell: this relay has no address.
  [[nodiscard]] Next nothing_to_tell(base::RandomSource& random);

  /// It has taken a registration, so it gets a goodbye.
  [[nodiscard]] bool known() const { return known_; }
  /// It took the last one.
  [[nodiscard]] bool in_touch() const { return knows_.has_value(); }
  /// It has checked this relay's address, and lists it.
  [[nodiscard]] bool listed() const { return listed_; }
  /// One sentence, while it is not listed; empty before the first answer.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::optional<crypto::Digest> knows_;
  base::Backoff retry_{HeartbeatLimits::first_retry, HeartbeatLimits::last_retry};
  unsigned unlisted_ = 0;  // answers since the last one of another kind
  bool known_ = false;
  bool listed_ = false;
  bool repeated_ = false;  // the last answer already led to another attempt at once
  std::string problem_;
};

}  // namespace qnet::discovery
