// The process's log, as a person has chosen it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "foundation/base/result.hpp"
#include "foundation/logging/ring.hpp"

namespace qnet::logging {

enum class Errc { cannot_write = 1 };

[[nodiscard]] inline const char* error_domain(Errc) { return "logging"; }
[[nodiscard]] std::string_view describe(Errc code);

struct Options {
  Level level = Level::info;          ///< what is below it is not logged
  std::filesystem::path file{};       ///< empty: standard error
  bool json = false;                  ///< one JSON object a line
  std::string_view journal_stream{};  ///< the environment's JOURNAL_STREAM; empty for none
};

/// Sets spdlog's logger up: to the file, else to standard error, with the journal's prefixes where that is
/// the journal; and always to a ring, which is returned. Call once, before there are threads. Error:
/// cannot_write.
[[nodiscard]] base::Result<std::shared_ptr<const Ring>> set_up(const Options& options);

}  // namespace qnet::logging
