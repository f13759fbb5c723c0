#include "line/options.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "line/units.hpp"

namespace qnet::line {

namespace {

using base::Result;

constexpr std::string_view kHelp = R"(line: a bad network line between two network namespaces

  line --near NETNS --far NETNS [OPTION]…

It opens a TUN device in each namespace and carries IP packets between them
until SIGINT or SIGTERM, then tells what it did. Devices that are there already
are used as they are; new ones have no address.

  --near NETNS, --far NETNS  the two sides, as `ip netns` names them
  --device NAME              of both TUN devices; default line0
  --seed NUMBER              the same losses and jitter each time; default 1

What the line does to packets, each way:

  --delay TIME               one way: 75ms
  --jitter TIME              the delay of each packet is drawn from delay ± this
  --reorder                  jitter may change the order of packets
  --loss SHARE               of packets that do not arrive: 0.5%
  --burst NUMBER             mean length of a run of lost packets; without it
                             each packet is lost by itself
  --rate RATE                of IP packets: 100mbit, 512kbit, 250kB (a second)
  --queue SIZE               what may wait for the rate: 256kB, or 50ms of the
                             rate; default 100ms. The rest is dropped

--up-… and --down-… set one direction: --up-rate 32kB. Up is from near to far.
)";

/// Stores what a parser makes of the text.
template <class T, class Parse>
auto into(T Settings::* member, Parse parse) {
  return [member, parse](std::string_view text, Settings& settings) -> Result<void> {
    auto value = parse(text);
    if (!value) return base::forward_error(value);
    settings.*member = *value;
    return {};
  };
}

struct Setting {
  std::string name;
  std::function<Result<void>(std::string_view, Settings&)> set;
};

std::vector<Setting> settings_with_values() {
  return {{"delay", into(&Settings::delay, parse_duration)},
          {"jitter", into(&Settings::jitter, parse_duration)},
          {"loss", into(&Settings::loss, parse_share)},
          {"burst", into(&Settings::burst, parse_number)},
          {"rate", into(&Settings::bits_per_second, parse_rate)},
          {"queue", parse_queue}};
}

/// Which directions an option's name sets. Both come first, so that one direction's own word wins.
struct Prefix {
  std::string_view text;
  std::vector<Settings Options::*> directions;
};

std::vector<Prefix> prefixes() {
  return {{"", {&Options::up, &Options::down}}, {"up-", {&Options::up}}, {"down-", {&Options::down}}};
}

/// The options of one prefix: declared before CLI11 parses, applied after it.
class Declared {
 public:
  Declared(CLI::App& app, Prefix prefix) : prefix_(std::move(prefix)), values_(settings_.size()) {
    for (std::size_t i = 0; i < settings_.size(); ++i) app.add_option(flag(settings_[i].name), values_[i]);
    app.add_flag(flag("reorder"), reorder_);
  }

  [[nodiscard]] Result<void> apply(Options& options) const {
    for (const auto direction : prefix_.directions) {
      if (auto applied = apply(options.*direction); !applied) return applied;
    }
    return {};
  }

 private:
  [[nodiscard]] std::string flag(std::string_view name) const {
    return fmt::format("--{}{}", prefix_.text, name);
  }

  [[nodiscard]] Result<void> apply(Settings& settings) const {
    if (reorder_) settings.reorder = true;
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      if (values_[i].empty()) continue;
      if (auto set = settings_[i].set(values_[i], settings); !set)
        return base::fail(Errc::bad_value,
                          fmt::format("{}: {}", flag(settings_[i].name), set.error().context()));
    }
    return {};
  }

  Prefix prefix_;
  std::vector<Setting> settings_ = settings_with_values();
  std::vector<std::string> values_;
  bool reorder_ = false;
};

Result<void> check(const Options& options) {
  constexpr std::size_t longest_name = 15;  // IFNAMSIZ without its end
  if (options.near.empty() || options.far.empty())
    return base::fail(Errc::bad_value, "--near and --far are needed; line --help tells more");
  if (options.near == options.far) return base::fail(Errc::bad_value, "--near and --far are the same");
  if (options.device.empty() || options.device.size() > longest_name)
    return base::fail(Errc::bad_value, "--device: 1 to 15 characters");
  return {};
}

}  // namespace

std::string_view help_text() { return kHelp; }

Result<Options> parse_options(std::vector<std::string> arguments) {
  CLI::App app;
  app.set_help_flag();
  Options options;
  app.add_flag("-h,--help", options.help);
  app.add_option("--near", options.near);
  app.add_option("--far", options.far);
  app.add_option("--device", options.device);
  app.add_option("--seed", options.seed);
  // CLI11 keeps addresses of what is declared.
  std::vector<std::unique_ptr<Declared>> declared;
  for (auto& prefix : prefixes()) declared.push_back(std::make_unique<Declared>(app, std::move(prefix)));
  std::ranges::reverse(arguments);  // as CLI11 takes them
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return base::fail(Errc::bad_value, error.what());
  }
  if (options.help) return options;
  for (const auto& group : declared)
    if (auto applied = group->apply(options); !applied) return base::forward_error(applied);
  if (auto checked = check(options); !checked) return base::forward_error(checked);
  return options;
}

}  // namespace qnet::line
