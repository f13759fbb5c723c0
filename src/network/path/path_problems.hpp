// What a person is told of circuits: one sentence, of what matters most. No I/O, no clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foundation/base/result.hpp"
#include "network/path/path_bias.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::path {

class PathProblems {
 public:
  /// The file of guards cannot be taken or written; nothing when it can.
  void guard_file(std::optional<base::Error> error) { guard_file_ = std::move(error); }
  /// What a guard's count of circuits says now.
  void bias(const peer::PeerId& guard, Bias bias);
  /// The first hop behind a guard has refused. True when so many have, one after another, that the cause is
  /// here: the clock, or the list.
  bool refused(const peer::PeerId& first_hop);
  /// A circuit was not built. What one wish alone asks for is no problem of the client's.
  void failed(base::Error error);
  /// One was: what was said of the last failures is over.
  void built();

  /// Empty when all is well.
  [[nodiscard]] std::string sentence() const;

 private:
  struct Suspect {
    peer::PeerId guard;
    Bias bias{};
  };
  std::optional<base::Error> guard_file_;
  std::optional<base::Error> failed_;
  std::vector<peer::PeerId>
      refusing_;                   // different ones since a circuit was built, PoolLimits::refusals at most
  std::vector<Suspect> suspects_;  // guards that let few circuits through
};

}  // namespace qnet::path
