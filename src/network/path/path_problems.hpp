// What a person is told of circuits: one sentence, of what matters most. No I/O, no clock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foundation/base/result.hpp"
#include "network/directory/limits.hpp"
#include "network/path/path_bias.hpp"
#include "network/path/relay_table.hpp"
#include "overlay/peer/peer_id.hpp"

namespace qnet::path {

using directory::SteadyTime;

class PathProblems {
 public:
  /// The file of guards cannot be taken or written; nothing when it can.
  void guard_file(std::optional<base::Error> error) { guard_file_ = std::move(error); }
  /// What a guard's count of circuits says now.
  void bias(const peer::PeerId& guard, Bias bias);
  /// The first hop behind a guard has refused, or the guard says so: nobody can tell. True when so many have,
  /// one after another and through different guards, that the cause is here: the clock, or the list.
  /// `relays`: of the list by which the hop was chosen.
  bool refused(const RelayTable& relays, const peer::PeerId& guard, const peer::PeerId& first_hop,
               SteadyTime now);
  /// All hops that were tried through this guard have refused, lately: it is used after the others.
  [[nodiscard]] bool all_refuse_through(const peer::PeerId& guard, SteadyTime now) const;
  /// A circuit was not built. What one wish alone asks for is no problem of the client's.
  void failed(base::Error error);
  /// One was, through this guard: what was said of the last failures is over.
  void built(const peer::PeerId& guard, SteadyTime now);

  /// Empty when all is well.
  [[nodiscard]] std::string sentence() const;

 private:
  struct Suspect {
    peer::PeerId guard;
    Bias bias{};
  };
  /// A guard, and the first hops that have refused through it.
  struct Behind {
    peer::PeerId guard;
    std::vector<peer::PeerId> hops{};   // since a circuit was built; no two of them share what hops must not
    bool all_refuse = false;            // there are so many of them
    std::optional<SteadyTime> built{};  // when a circuit through it was, last
    std::optional<SteadyTime> used_last_until{};
  };
  [[nodiscard]] Behind& behind(const peer::PeerId& guard);
  [[nodiscard]] bool cause_is_here(const RelayTable& relays, std::size_t enough) const;

  std::optional<base::Error> guard_file_;
  std::optional<base::Error> failed_;
  std::vector<Behind> behind_;  // GuardLimits::ever at most
  bool cause_is_here_ = false;
  std::vector<Suspect> suspects_;  // guards that let few circuits through
};

}  // namespace qnet::path
