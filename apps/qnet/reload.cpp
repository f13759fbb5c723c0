#include "reload.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace qnet::cli {

namespace {

constexpr std::array<std::string_view, 3> kChangeable{"hops", "exit_country", "log_level"};

}  // namespace

base::Result<Reload::Outcome> Reload::read_again() {
  auto read = run_options(arguments_, environment_);
  if (!read) return base::forward_error(read);
  Outcome outcome{std::move(read->settings), {}, {}};
  std::set<std::string> keys;
  for (const auto& [key, values] : running_) keys.insert(key);
  for (const auto& [key, values] : read->given) keys.insert(key);
  for (const auto& key : keys) {
    const auto before = running_.find(key);
    const auto now = read->given.find(key);
    const bool same = before != running_.end() && now != read->given.end() && before->second == now->second;
    if (same) continue;
    // At level trace the log may name destinations: that is decided when it is opened.
    const bool traces = key == "log_level" && outcome.settings.log_level == "trace";
    if (traces || std::ranges::find(kChangeable, key) == kChangeable.end()) {
      outcome.need_restart.push_back(key);
      continue;
    }
    outcome.changed.push_back(key);
    if (now == read->given.end())
      running_.erase(key);
    else
      running_[key] = now->second;
  }
  return outcome;
}

}  // namespace qnet::cli
