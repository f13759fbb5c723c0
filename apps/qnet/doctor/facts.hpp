// What the doctor is told and has learnt before it judges.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "live/reading.hpp"
#include "settings.hpp"
#include "settle.hpp"

namespace qnet::cli {

struct Facts {
  Settings settings;                 ///< what `qnet run` would do; where QNet runs, its mode and state folder
  Environment environment;           ///< of the person
  std::filesystem::path root = "/";  ///< above etc; another in tests
  std::optional<Json> status{};      ///< of the running QNet, as the next; nothing where none runs
  std::optional<Json> config{};

  [[nodiscard]] bool runs() const { return status.has_value(); }
  [[nodiscard]] bool is_client() const { return settings.helper_mode == HelperMode::client; }
  [[nodiscard]] std::filesystem::path home() const { return environment("HOME").value_or(""); }
};

}  // namespace qnet::cli
