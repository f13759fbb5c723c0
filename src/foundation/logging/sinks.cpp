#include "foundation/logging/sinks.hpp"

#include <mutex>

#include <spdlog/sinks/base_sink.h>

#include "foundation/logging/formatters.hpp"

namespace qnet::logging {

namespace {

class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(std::unique_ptr<RotatingFile> file) : file_(std::move(file)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (const int problem = file_->write({line.data(), line.size()}); problem != 0)
      throw spdlog::spdlog_ex("the log file cannot be written", problem);
  }
  void flush_() override {}  // nothing is held back

 private:
  std::unique_ptr<RotatingFile> file_;
};

class RingSink final : public spdlog::sinks::sink {
 public:
  explicit RingSink(std::shared_ptr<Ring> ring) : ring_(std::move(ring)) {}
  void log(const spdlog::details::log_msg& message) override { ring_->add(line_of(message)); }
  void flush() override {}
  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  std::shared_ptr<Ring> ring_;
};

}  // namespace

std::shared_ptr<spdlog::sinks::sink> file_sink(std::unique_ptr<RotatingFile> file) {
  return std::make_shared<FileSink>(std::move(file));
}

std::shared_ptr<spdlog::sinks::sink> ring_sink(std::shared_ptr<Ring> ring) {
  return std::make_shared<RingSink>(std::move(ring));
}

}  // namespace qnet::logging
