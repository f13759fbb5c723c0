// Every bound and number of the choice of hops, each with the reason for its value (docs/spec/path.md).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::path {

struct WeightLimits {
  /// No relay has more than this share of a position's weight in a network of forty or more; the share is
  /// 2/n in smaller ones, and never above a fifth.
  static constexpr double share = 1.0 / 20;
  static constexpr double small_share = 1.0 / 5;
  static constexpr double even_shares = 2;
  /// Of those measured, the place of the one whose weight an unmeasured relay gets: a quarter are slower.
  static constexpr double unmeasured_place = 1.0 / 4;
  /// All unmeasured relays together have at most this share beside measured ones: to be listed costs an
  /// attacker nothing, to be measured costs bandwidth.
  static constexpr double unmeasured_share = 1.0 / 4;
  /// Exits have at most this part of a weight taken away as guards and middles when exits are scarce: a
  /// network of few relays must still find hops.
  static constexpr double scarcest_exit = 1.0 / 20;
  /// Of all circuits' bytes, those that an exit carries as the exit.
  static constexpr double exits_part = 1.0 / 3;
  /// Weights are parts of this: they sum up to it, but for rounding, and the sum of 200,000 fits 32 bits.
  static constexpr std::uint32_t whole = 1U << 31U;
};

struct ChooseLimits {
  static constexpr std::size_t fewest_hops = 2;
  static constexpr std::size_t most_hops = 5;
  /// Weights looked at in one search before it gives up: a hundred draws from 10,000 relays. All orders of a
  /// network of a dozen relays take fewer, and it is about a millisecond.
  static constexpr std::size_t work = 1'000'000;
  /// Countries of one wish.
  static constexpr std::size_t countries = 32;
};

struct GuardLimits {
  static constexpr std::size_t primary = 3;
  /// Guards whose life has not ended, those that were removed before it among them.
  static constexpr std::size_t ever = 20;
  /// In a small network at most every fifth relay is in the sample, but for three, and at most every fifth is
  /// a primary guard, but for one: the others are needed as middles and exits.
  static constexpr std::size_t relays_for_each = 5;
  static constexpr std::chrono::days shortest_life{60};
  static constexpr std::chrono::days longest_life{120};
  /// The date of addition is told as up to this much earlier: who reads the file does not learn the day.
  static constexpr std::chrono::days earlier{10};
  /// A guard that a date ends by more than this before its life is over by a clock that nobody sets keeps its
  /// place for the rest.
  static constexpr std::chrono::hours early_end{1};
  /// A relay that the directory has not listed for so long is gone.
  static constexpr std::chrono::days unlisted{20};
  /// Dials that fail, each another way (cover, template, leg), before a guard counts as down.
  static constexpr unsigned variations = 4;
  /// The pause after the first; it doubles.
  static constexpr std::chrono::milliseconds first_pause = std::chrono::seconds(2);
  /// A dial that fails shows something about the guard, and not about the network, when anything answers so
  /// soon after it. An answer before it shows nothing.
  static constexpr std::chrono::minutes proof{1};
  /// The network counts as up for so long after anything has answered: no guard is drawn while it is down.
  static constexpr std::chrono::minutes evidence{10};
  /// Between the first two guards beyond the primary ones; it doubles. A day of blocking all of them costs
  /// five, and all seventeen take thirteen days.
  static constexpr std::chrono::hours first_growth_pause{1};
  static constexpr std::chrono::hours longest_growth_pause{24};
  /// With fewer exits than this no exit is drawn while another relay can be: each is needed as an exit.
  static constexpr std::size_t few_exits = 5;
  /// Counts of circuits that have changed are written to the disk after so long: a circuit is used every few
  /// seconds, and a crash costs no more than these.
  static constexpr std::chrono::minutes counts_kept{10};
  /// After a failed write: a disk that is full may have room again.
  static constexpr std::chrono::minutes written_again{1};
  /// Of the file: twenty guards and their removed predecessors are under 3 KiB.
  static constexpr std::size_t file = 8192;
};

/// While a guard has been down for less than `failing_for`, it is dialled again after `pause`.
struct RetryStep {
  std::chrono::milliseconds failing_for;
  std::chrono::milliseconds pause;
};
inline constexpr std::array kPrimaryRetries{
    RetryStep{std::chrono::minutes(10), std::chrono::minutes(1)},
    RetryStep{std::chrono::hours(6), std::chrono::minutes(10)},
    RetryStep{std::chrono::hours(96), std::chrono::minutes(90)},
    RetryStep{std::chrono::milliseconds::max(), std::chrono::hours(9)},
};
/// Others are wanted only while no primary guard answers, and each dial shows the client to one more relay's
/// network.
inline constexpr std::array kOtherRetries{
    RetryStep{std::chrono::hours(6), std::chrono::hours(1)},
    RetryStep{std::chrono::hours(96), std::chrono::hours(4)},
    RetryStep{std::chrono::milliseconds::max(), std::chrono::hours(18)},
};

struct ListLimits {
  /// How long a relay's circuit key is the current one. A list that names none of those in use now is
  /// refreshed before circuits are built.
  static constexpr std::chrono::hours key_use{24};
  /// A client's clock may be so far behind the relays' clocks and still serve for dates.
  static constexpr std::chrono::hours clock_behind{1};
};

struct BiasLimits {
  /// Fewer circuits say nothing.
  static constexpr std::uint32_t fewest = 50;
  /// Both counts are halved here: what a guard did weeks ago counts less.
  static constexpr std::uint32_t halved_at = 400;
  /// Parts of the circuits that were built beyond the guard.
  static constexpr double notice = 0.7;
  static constexpr double warning = 0.5;
  static constexpr double alarm = 0.3;
};

struct AvoidanceLimits {
  static constexpr std::chrono::milliseconds first = std::chrono::minutes(1);
  static constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
  /// Of a pair that has failed for certain while nothing was built since: to try it again before all others
  /// would show nothing new. A guard that lies about some gains nothing by it: it would lie again.
  static constexpr std::chrono::milliseconds search = std::chrono::minutes(5);
  /// A failure less is remembered for each of these that pass without one.
  static constexpr std::chrono::hours forgiven{6};
  /// A relay that fails with so many different neighbours is the likely cause.
  static constexpr std::size_t neighbours = 3;
  /// Relays, and pairs, that are remembered: the one that failed longest ago makes room.
  static constexpr std::size_t remembered = 512;
};

struct BuildTimeLimits {
  /// Until this many builds are known, `unknown` holds.
  static constexpr std::size_t fewest = 20;
  /// The last ones that count: some hours' circuits.
  static constexpr std::size_t kept = 200;
  static constexpr std::chrono::milliseconds unknown = std::chrono::seconds(10);
  static constexpr std::chrono::milliseconds shortest = std::chrono::seconds(1);
  static constexpr std::chrono::milliseconds longest = std::chrono::seconds(60);
  /// One in twenty past builds took longer than this quantile; a time-out gives half as much again, since
  /// one that is too short blames pairs that did nothing wrong.
  static constexpr double quantile = 0.95;
  static constexpr double margin = 1.5;
  /// So many time-outs among the last `judged` builds mean that the network has changed, not the hops.
  static constexpr std::size_t judged = 20;
  static constexpr std::size_t too_many = 8;
};

}  // namespace qnet::path
