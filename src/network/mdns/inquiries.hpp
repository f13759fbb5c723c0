// When queries go out, for each interface by itself: at once where one appears or comes into another network,
// then ever more rarely (RFC 6762 §5.2). No I/O, no clock of its own.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "foundation/base/random.hpp"
#include "network/mdns/subnet.hpp"

namespace qnet::mdns {

/// The networks that each interface is in, by the system's index.
using Interfaces = std::map<unsigned, std::vector<Subnet>>;

struct InquiryLimits {
  static constexpr std::chrono::seconds first_pause{1};  ///< between queries, doubled each time …
  static constexpr std::chrono::minutes last_pause{5};   ///< … up to this
};

class Inquiries {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Inquiries(base::RandomSource& random) : random_(random) {}

  /// The interfaces on which a query goes out now. Interfaces that are gone are forgotten.
  [[nodiscard]] std::vector<unsigned> due(const Interfaces& present, Time now);
  /// When the next query is due, if nothing changes; nothing without an interface.
  [[nodiscard]] std::optional<Time> next_deadline() const;

 private:
  struct Inquiry {
    std::vector<Subnet> networks{};
    Time next{};
    std::chrono::milliseconds pause = InquiryLimits::first_pause;
  };

  base::RandomSource& random_;
  std::map<unsigned, Inquiry> inquiries_;
};

}  // namespace qnet::mdns
