// Every option once: its flag, its environment variable, its key in the configuration file, and what it sets.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "error.hpp"
#include "foundation/base/result.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// Where the help of `qnet run` tells of an option: each page fits a terminal's screen.
enum class HelpPage { main, relay, directory, log };

struct Option {
  std::string_view key;          ///< in the file, "socks_port"; the flag is the same with hyphens
  std::string_view environment;  ///< empty when there is none
  std::string_view value_name;   ///< "PORT"; empty for a switch
  std::string_view help;
  std::string_view commands;  ///< one letter for each: r(un) d(emo) k(eygen) i(nvite) s(tatus),
                              ///< of template l(ist) (sho)w c(apture), of cover (chec)x, of f(amily) new,
                              ///< (lo)g, o(pen), a for all that ask a running QNet; the doctor takes what
                              ///< run takes; R for run, but in the help of --help-relay, D of
                              ///< --help-directory, L of --help-log
  bool many;                  ///< may be given several times; a list in the file, comma-separated elsewhere
  base::Result<void> (*set)(Settings& settings, const std::string& value);

  [[nodiscard]] std::string flag() const;
  [[nodiscard]] bool is_switch() const { return value_name.empty(); }
  [[nodiscard]] bool takes_numbers() const {
    return value_name == "PORT" || value_name == "PORTS" || value_name == "N";
  }
  [[nodiscard]] HelpPage page() const {
    if (commands.find('L') != std::string_view::npos) return HelpPage::log;
    if (commands.find('D') != std::string_view::npos) return HelpPage::directory;
    return commands.find('R') != std::string_view::npos ? HelpPage::relay : HelpPage::main;
  }
  [[nodiscard]] bool belongs_to(Command command) const;
};

[[nodiscard]] std::span<const Option> option_table();

}  // namespace qnet::cli
