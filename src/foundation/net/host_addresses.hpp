// The addresses of one host that is connected to again and again, as a relay does with its cover origin.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "foundation/net/tcp.hpp"

namespace qnet::net {

using Endpoints = std::vector<tcp::endpoint>;
/// How a name becomes addresses.
using LookUp = std::function<Task<base::Result<Endpoints>>(std::string host, std::uint16_t port,
                                                           std::chrono::milliseconds deadline)>;

/// By the system's resolver, which has one thread for the whole process; an address for a name needs none.
Task<base::Result<Endpoints>> look_up(std::string host, std::uint16_t port,
                                      std::chrono::milliseconds deadline);

/// Remembers the addresses, so that a crowd of connections costs one lookup and none waits for it. Safe to
/// share between threads.
class HostAddresses {
 public:
  /// After so long the name is looked up again; until that has an answer, what is known is used.
  static constexpr std::chrono::seconds fresh{60};

  HostAddresses(std::string host, std::uint16_t port, LookUp by = look_up,
                std::chrono::milliseconds fresh_for = fresh);

  /// To the address that answers first (connect_race.hpp).
  Task<base::Result<tcp::socket>> connect(std::chrono::milliseconds deadline) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace qnet::net
