// What every running QNet does once for its process: open files, signals, and the wait for the end.
#pragma once

#include <functional>
#include <string>

#include "foundation/base/result.hpp"
#include "foundation/net/io_pool.hpp"
#include "foundation/net/tcp.hpp"

namespace qnet::node {

/// As many open files as the system lets this user have: two for each stream.
void raise_open_file_limit();

/// Large blocks of memory go back to the system when they are freed, from now on: a directory's lists are as
/// large as all that it keeps, and live for a moment.
void return_large_blocks();

/// Runs the pool until SIGINT or SIGTERM; then calls `stop`, and gives what is open a moment to say good-bye:
/// a longer one while `leaving` says so, which may be null.
void run_until_signal(net::IoPool& pool, const std::function<void()>& stop,
                      const std::function<bool()>& leaving = nullptr);

/// A failure to listen as one sentence: who has the port, and which flag changes it.
[[nodiscard]] base::Error explain_listen_error(const base::Error& error, const net::tcp::endpoint& at,
                                               const std::string& flag);

/// The same for a server that tells in its own words that it could not start: finds out which of its ports is
/// taken.
[[nodiscard]] base::Error explain_start_error(const base::Error& error,
                                              std::initializer_list<net::tcp::endpoint> ports,
                                              const std::string& flag);

}  // namespace qnet::node
