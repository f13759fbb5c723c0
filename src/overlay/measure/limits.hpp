// Every number of measuring, each with the reason for its value (docs/spec/directory.md §8).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace qnet::measure {

struct RunLimits {
  /// Of one run: enough for a line of 100 Mbit/s to show itself past TCP's slow start, and little on a slow
  /// one, where the first or the second is the last.
  static constexpr std::array<std::uint64_t, 4> steps{64ULL << 10U, 256ULL << 10U, 1ULL << 20U, 4ULL << 20U};
  /// Of these, as many as relays go up to among each other: 2 MiB, and the rate of a line of 30 Mbit/s.
  static constexpr std::size_t of_neighbours = 3;
  /// Up to this part of a step more, drawn: no size on the wire tells what it was for.
  static constexpr std::uint32_t more = 2;
  /// A transfer whose second half took so long shows the rate: no larger one follows. More than most round
  /// trips: a half that comes in one of them says little of the line.
  static constexpr std::chrono::milliseconds enough{250};
  /// For one transfer. The rate of one that is cut off is that of what came.
  static constexpr std::chrono::seconds transfer{10};
  /// For all answers of one run to come. They come when others have measured the relay, and one of those can
  /// hold it for AllowanceLimits::held.
  static constexpr std::chrono::seconds answers{30};
  /// A transfer counts as taking at least so long: what came in one piece has no rate.
  static constexpr std::chrono::microseconds shortest{100};
  /// Lists have 32 bits for a rate: 34 Gbit/s.
  static constexpr std::uint64_t highest = 0xffff'ffff;
};

struct AllowanceLimits {
  /// Of one transfer: the largest step and what is drawn on top.
  static constexpr std::uint64_t transfer = 6ULL << 20U;
  /// One directory gets two runs an hour, and some transfers more.
  static constexpr std::uint64_t bytes_of_one = 17ULL << 20U;
  static constexpr unsigned transfers_of_one = 10;
  /// All relays of one network together get two runs of neighbours. One relay is drawn by few in an hour, and
  /// they are in many networks.
  static constexpr std::uint64_t bytes_of_network = 4ULL << 20U;
  static constexpr unsigned transfers_of_network = 6;
  /// All other relays together: 18 KB a second. A list has as many of them as anybody likes to run.
  static constexpr std::uint64_t bytes_of_relays = 64ULL << 20U;
  static constexpr unsigned transfers_of_relays = 512;
  /// The time that one directory, or one network's relays, may have the line in an hour: two runs that are
  /// cut off. What others wait for it is less than RunLimits::answers.
  static constexpr std::chrono::seconds held{24};
  /// Others wait: of directories one transfer goes on at a time, and one of relays. Two that share a line
  /// measure half of it.
  static constexpr std::chrono::seconds line{25};
  static constexpr std::size_t waiting = 16;  ///< one for each directory, and one for each network
  static constexpr std::chrono::hours window{1};
  /// For a peer to ask once its stream is open.
  static constexpr std::chrono::seconds question{10};
  /// For it to take all of it: a little longer than RunLimits::transfer.
  static constexpr std::chrono::seconds taking{12};
};

}  // namespace qnet::measure
