// How long a visit to an origin waits for what.
#pragma once

#include <chrono>

namespace qnet::mirror {

struct VisitTimes {
  std::chrono::milliseconds connect = std::chrono::seconds(10);
  /// From the hello to the end of the server's flight.
  std::chrono::milliseconds handshake = std::chrono::seconds(10);
  /// A server that has said nothing for so long waits for its client. Of a far one, three round trips.
  std::chrono::milliseconds quiet = std::chrono::milliseconds(300);
  /// How long a server may go on talking before that.
  std::chrono::milliseconds talk = std::chrono::seconds(10);
  /// Records nearer together than this left the server in one write.
  std::chrono::milliseconds one_write = std::chrono::milliseconds(3);
  /// Web servers' limits are 5 to 180 s; browsers give up after 300 s themselves.
  std::chrono::milliseconds idle = std::chrono::seconds(300);
  /// Between the first visits of two templates. Handshakes at the same moment would make one another slow,
  /// and their times are part of what is measured.
  std::chrono::milliseconds stagger = std::chrono::milliseconds(60);
};

inline constexpr VisitTimes kVisitTimes{};

}  // namespace qnet::mirror
