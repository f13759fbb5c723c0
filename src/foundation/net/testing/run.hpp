// For tests: runs coroutines on the test's own thread, and shows what they leave behind.
#pragma once

#include <exception>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace qnet::net::testing {

/// What a task gives, into `result`: a task of a type without default value cannot be spawned as such.
template <class T>
boost::asio::awaitable<void> store(boost::asio::awaitable<T> task, std::optional<T>& result) {
  result.emplace(co_await std::move(task));
}

/// Runs all of `tasks` at the same time, until the last has ended.
template <class T>
std::vector<T> run_all(boost::asio::io_context& io, std::vector<boost::asio::awaitable<T>> tasks) {
  std::vector<std::optional<T>> results(tasks.size());
  std::size_t running = tasks.size();
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    boost::asio::co_spawn(io, store(std::move(tasks[i]), results[i]), [&running](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
      --running;
    });
  }
  io.restart();
  while (running > 0 && io.run_one() > 0) {
  }
  std::vector<T> values;
  for (auto& result : results) values.push_back(std::move(result.value()));
  return values;
}

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
  std::vector<boost::asio::awaitable<T>> tasks;
  tasks.push_back(std::move(task));
  return std::move(run_all(io, std::move(tasks)).front());
}

/// Returns when nothing is left to do: hangs (until the test's time limit) if something was left behind.
inline void drain(boost::asio::io_context& io) {
  io.restart();
  io.run();
}

[[nodiscard]] inline std::size_t open_descriptors() {
  const std::filesystem::directory_iterator descriptors("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(descriptors), end(descriptors)));
}

}  // namespace qnet::net::testing
