#include "node/run.hpp"

#include "node/heap.hpp"

namespace qnet::node {

base::Result<void> run_node(NodeConfig config, const std::function<void()>& started) {
  raise_open_file_limit();
  keep_some_freed_memory();
  Process process(config.threads);
  auto node = compose(std::move(config), process);
  if (!node) return base::forward_error(node);
  return process.run(**node, [&] {
    started();
    (*node)->join();
  });
}

}  // namespace qnet::node
