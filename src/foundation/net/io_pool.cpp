#include "foundation/net/io_pool.hpp"

#include <algorithm>

namespace qnet::net {

namespace {
// Tells Asio that one thread runs each io_context, so that it takes no locks for its own sake.
constexpr int kOneThread = 1;
}  // namespace

IoPool::IoPool(std::size_t cores) {
  for (std::size_t i = 0; i < std::max<std::size_t>(cores, 1); ++i) {
    contexts_.emplace_back(kOneThread);
    guards_.emplace_back(contexts_.back().get_executor());
  }
}

IoPool::~IoPool() { stop(); }

void IoPool::run() {
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < contexts_.size(); ++i) threads.emplace_back([this, i] { contexts_[i].run(); });
  contexts_.front().run();
}

void IoPool::stop() {
  for (auto& context : contexts_) context.stop();
}

}  // namespace qnet::net
