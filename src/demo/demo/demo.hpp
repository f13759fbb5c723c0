// The demo: a whole network in one process, with a web site of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "foundation/base/result.hpp"
#include "foundation/logging/ring.hpp"

namespace qnet::demo {

struct DemoConfig {
  std::filesystem::path state_dir;
  std::filesystem::path token_folder;  ///< of the secret of the status API (control/api_token.hpp)
  std::uint16_t socks_port = 1088;
  std::uint16_t status_port = 8088;
  std::uint16_t site_port = 8090;
  std::uint16_t base_port = 8440;
  std::shared_ptr<const logging::Ring> log{};  ///< for /logs; null: none
};

[[nodiscard]] base::Result<void> run_demo(const DemoConfig& config, const std::function<void()>& started);

}  // namespace qnet::demo
