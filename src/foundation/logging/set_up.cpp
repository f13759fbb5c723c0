#include "foundation/logging/set_up.hpp"

#include <unistd.h>

#include <cstring>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "foundation/logging/formatters.hpp"
#include "foundation/logging/journal.hpp"
#include "foundation/logging/sinks.hpp"

namespace qnet::logging {

namespace {

using Sink = std::shared_ptr<spdlog::sinks::sink>;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warning: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

base::Result<Sink> to_file(const Options& options) {
  auto file = std::make_unique<RotatingFile>(options.file);
  if (const int problem = file->open(); problem != 0)
    return base::fail(Errc::cannot_write, fmt::format("{} ({})", options.file.string(),
                                                      std::generic_category().message(problem)));
  auto sink = file_sink(std::move(file));
  sink->set_formatter(options.json ? json_formatter() : text_formatter());
  return sink;
}

Sink to_standard_error(const Options& options) {
  if (is_journal(STDERR_FILENO, options.journal_stream)) {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(journal_formatter(options.json));
    return sink;
  }
  auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  sink->set_formatter(options.json ? json_formatter() : text_formatter());
  return sink;
}

}  // namespace

std::string_view describe(Errc code) {
  switch (code) {
    case Errc::cannot_write: return "the log file cannot be written";
  }
  return "unknown error of the log";
}

base::Result<std::shared_ptr<const Ring>> set_up(const Options& options) {
  auto sink = options.file.empty() ? base::Result<Sink>(to_standard_error(options)) : to_file(options);
  if (!sink) return base::forward_error(sink);
  auto ring = std::make_shared<Ring>();
  auto logger = std::make_shared<spdlog::logger>("qnet", spdlog::sinks_init_list{*sink, ring_sink(ring)});
  logger->set_level(to_spdlog(options.level));
  spdlog::set_default_logger(std::move(logger));
  return ring;
}

}  // namespace qnet::logging
