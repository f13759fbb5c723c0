// What every running QNet has once in its process: threads, randomness, open files, signals, and its end.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "foundation/base/result.hpp"
#include "foundation/crypto/system_random.hpp"
#include "foundation/net/io_pool.hpp"
#include "foundation/net/tcp.hpp"
#include "node/part.hpp"

namespace qnet::node {

/// As many open files as the system lets this user have: two for each stream.
void raise_open_file_limit();

struct FarewellLimits {
  /// After the last goodbye: enough for a last record and a FIN on every session.
  std::chrono::milliseconds shortest{500};
  /// For all of it. For directories to be dialled and told that a relay goes: a few round trips.
  std::chrono::milliseconds longest{4'000};
};

/// What the parts in this process share. They must not outlive it.
class Process {
 public:
  /// `cores` of at least 1.
  explicit Process(std::size_t cores, const FarewellLimits& limits = {}) : limits_(limits), pool_(cores) {}

  [[nodiscard]] net::IoPool& pool() { return pool_; }
  [[nodiscard]] base::RandomSource& random() { return random_; }

  /// Starts `all`, calls `started`, and runs until SIGINT, SIGTERM or fail(). After a signal `all` is
  /// stopped, and what is open has a moment to say goodbye; a second signal ends that.
  [[nodiscard]] base::Result<void> run(Part& all, const std::function<void()>& started);
  /// A part cannot go on: run() ends now, with this problem. Call on the first io_context's thread.
  void fail(base::Error problem);

 private:
  net::Task<void> take_leave(Part& all);

  FarewellLimits limits_;
  std::optional<base::Error> problem_;
  crypto::SystemRandom random_;  // what the pool still holds at its end may use it
  net::IoPool pool_;
};

/// A failure to listen as one sentence: who has the port, and which flag changes it.
[[nodiscard]] base::Error explain_listen_error(const base::Error& error, const net::tcp::endpoint& at,
                                               const std::string& flag);

/// The same for a listener of a relay, which may fail for other reasons: what to do about those.
[[nodiscard]] base::Error explain_relay_error(const base::Error& error, const net::tcp::endpoint& at,
                                              const std::string& flag);

/// The same for a server that tells in its own words that it could not start: finds out which of its ports is
/// taken.
[[nodiscard]] base::Error explain_start_error(const base::Error& error,
                                              std::initializer_list<net::tcp::endpoint> ports,
                                              const std::string& flag);

}  // namespace qnet::node
