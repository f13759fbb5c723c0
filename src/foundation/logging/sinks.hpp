// Where spdlog's lines go, besides standard error. Private to this folder.
#pragma once

#include <memory>

#include <spdlog/sinks/sink.h>

#include "foundation/logging/ring.hpp"
#include "foundation/logging/rotating_file.hpp"

namespace qnet::logging {

/// A line that cannot be written is lost; spdlog tells so on standard error, at most once a second.
[[nodiscard]] std::shared_ptr<spdlog::sinks::sink> file_sink(std::unique_ptr<RotatingFile> file);
[[nodiscard]] std::shared_ptr<spdlog::sinks::sink> ring_sink(std::shared_ptr<Ring> ring);

}  // namespace qnet::logging
