// For tests whose server and client live on one io_context, and on the test's own thread.
#pragma once

#include <chrono>

#include <boost/asio/io_context.hpp>

namespace qnet::net::testing {

/// Runs `io` until `condition` holds; false when it does not within that time.
template <class Condition>
[[nodiscard]] bool comes_true(boost::asio::io_context& io, Condition condition,
                              std::chrono::milliseconds within = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (!condition() && std::chrono::steady_clock::now() < end) {
    io.restart();
    io.run_for(std::chrono::milliseconds(5));
  }
  return condition();
}

}  // namespace qnet::net::testing
