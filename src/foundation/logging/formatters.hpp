// spdlog's formatters for each form of the log. Private to this folder.
#pragma once

#include <memory>

#include <spdlog/formatter.h>

#include "foundation/logging/line.hpp"

namespace qnet::logging {

[[nodiscard]] Line line_of(const spdlog::details::log_msg& message);

/// "2026-11-28 16:00:45 info: …", in local time; a terminal shows the level in colour.
[[nodiscard]] std::unique_ptr<spdlog::formatter> text_formatter();
/// to_json().
[[nodiscard]] std::unique_ptr<spdlog::formatter> json_formatter();
/// journal_prefix(), and the message: the journal has a clock of its own.
[[nodiscard]] std::unique_ptr<spdlog::formatter> journal_formatter(bool json);

}  // namespace qnet::logging
