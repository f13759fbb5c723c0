#include "foundation/logging/formatters.hpp"

#include <spdlog/pattern_formatter.h>

namespace qnet::logging {

namespace {

Level level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace: return Level::trace;
    case spdlog::level::debug: return Level::debug;
    case spdlog::level::info: return Level::info;
    case spdlog::level::warn: return Level::warning;
    default: return Level::error;
  }
}

void append(spdlog::memory_buf_t& to, std::string_view text) {
  to.append(text.data(), text.data() + text.size());
}

class TextFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const auto cleaned = clean({message.payload.data(), message.payload.size()});
    auto copy = message;
    copy.payload = cleaned;
    pattern_.format(copy, to);
    // Where a terminal's colour begins and ends.
    message.color_range_start = copy.color_range_start;
    message.color_range_end = copy.color_range_end;
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<TextFormatter>();
  }

 private:
  spdlog::pattern_formatter pattern_{"%Y-%m-%d %H:%M:%S %^%l%$: %v"};
};

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    append(to, to_json(line_of(message)));
    to.push_back('\n');
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

class JournalFormatter final : public spdlog::formatter {
 public:
  explicit JournalFormatter(bool json) : json_(json) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& to) override {
    const auto line = line_of(message);
    append(to, journal_prefix(line.level));
    append(to, json_ ? to_json(line) : line.message);
    to.push_back('\n');
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JournalFormatter>(json_);
  }

 private:
  bool json_;
};

}  // namespace

Line line_of(const spdlog::details::log_msg& message) {
  return {message.time, level_of(message.level), clean({message.payload.data(), message.payload.size()})};
}

std::unique_ptr<spdlog::formatter> text_formatter() { return std::make_unique<TextFormatter>(); }
std::unique_ptr<spdlog::formatter> json_formatter() { return std::make_unique<JsonFormatter>(); }
std::unique_ptr<spdlog::formatter> journal_formatter(bool json) {
  return std::make_unique<JournalFormatter>(json);
}

}  // namespace qnet::logging
