#pragma once

#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "foundation/net/byte_stream.hpp"
#include "foundation/net/testing/comes_true.hpp"

namespace qnet::net::testing {

/// Runs a callable that returns a Task<void>, such as a lambda, on `io` and on the test's own thread; false
/// when it does not end in 20 s. An exception of the job leaves this function.
template <class Job>
[[nodiscard]] bool runs_to_end(boost::asio::io_context& io, Job job) {
  const auto ended = std::make_shared<bool>(false);
  boost::asio::co_spawn(io, std::move(job), [ended](const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
    *ended = true;
  });
  return comes_true(io, [&ended] { return *ended; });
}

}  // namespace qnet::net::testing
