#include "node/control_part.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "control/api_token.hpp"
#include "control/server.hpp"
#include "foundation/base/utc_time.hpp"
#include "node/error.hpp"

namespace qnet::node {

base::Result<void> set_log_level(const std::string& level) {
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::info("the log's level is {} now", level);
  return {};
}

namespace {

std::string log_level() {
  const auto name = spdlog::level::to_string_view(spdlog::get_level());
  return {name.data(), name.size()};
}

std::string text_of(const std::vector<logging::Line>& lines) {
  std::string text;
  for (const auto& line : lines)
    text += fmt::format("{} {}: {}\n", base::utc_text_to_millisecond(line.time), logging::to_text(line.level),
                        line.message);
  return text;
}

class ControlPart final : public Part {
 public:
  ControlPart(Process& process, ControlConfig config) : process_(process), config_(std::move(config)) {}
  [[nodiscard]] std::string_view name() const override { return "control"; }

  base::Result<void> start() override {
    auto controls = this->controls();
    // A folder that cannot be written to is no reason to run without a proxy.
    if (!config_.token_folder.empty()) make_token(controls);
    auto made = control::Server::start(process_.pool().first(), config_.at, config_.source,
                                       std::move(controls), {}, config_.users);
    if (!made) {
      token_.reset();
      return tl::unexpected(explain_start_error(made.error(), {config_.at}, config_.flag));
    }
    server_.emplace(std::move(*made));
    return {};
  }
  void stop(const Farewell& /*farewell*/) override { server_->stop(); }
  void finish() override { token_.reset(); }

 private:
  [[nodiscard]] control::Controls controls() const {
    control::Controls controls;
    controls.set_log_level = set_log_level;
    if (config_.log)
      controls.log_tail = [log = config_.log](std::size_t lines) { return text_of(log->tail(lines)); };
    config_.offer(controls);
    controls.config = [rest = controls.config, at = net::to_text(config_.at)] {
      auto config = rest ? rest() : control::Config{};
      config.status_address = at;
      config.log_level = log_level();
      return config;
    };
    return controls;
  }
  void make_token(control::Controls& controls) {
    auto token = control::ApiToken::make(config_.token_folder, config_.at.port(), process_.random());
    if (!token) {
      spdlog::warn("QNet cannot be changed while it runs: {}", token.error().message());
      return;
    }
    controls.token = token->text();
    controls.token_file = token->file().string();
    token_.emplace(std::move(*token));
  }

  Process& process_;
  ControlConfig config_;
  std::optional<control::ApiToken> token_;
  std::optional<control::Server> server_;
};

}  // namespace

std::unique_ptr<Part> control_part(Process& process, ControlConfig config) {
  return std::make_unique<ControlPart>(process, std::move(config));
}

}  // namespace qnet::node
