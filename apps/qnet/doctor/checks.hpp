// What the doctor looks at. Each check sends nothing beyond what QNet itself would dial.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "doctor/facts.hpp"
#include "doctor/finding.hpp"

namespace qnet::cli {

/// What the running QNet says of itself.
[[nodiscard]] Findings check_running(const Facts& facts);

/// What is known of the right time.
struct ClockFacts {
  std::chrono::system_clock::time_point now;
  std::optional<std::chrono::seconds> behind_peer{};      ///< a relay's clock less ours; the nearest
  std::optional<std::chrono::sys_seconds> signed_at{};    ///< the operators' newest list
  std::optional<std::chrono::sys_seconds> newest_file{};  ///< in the state folder
  bool taken = false;       ///< a relay serves this client now: it has taken our clock
  bool kept_right = false;  ///< the system says that it is synchronised
};
[[nodiscard]] Finding check_clock(const ClockFacts& facts);
/// All but what relays tell.
[[nodiscard]] ClockFacts clock_facts(const Facts& facts);

/// The ports that `qnet run` needs: free, QNet's, or taken, and by which program.
[[nodiscard]] Findings check_ports(const Facts& facts);

/// Names of relays and of the cover origin, looked up as QNet does.
[[nodiscard]] Findings check_names(const Facts& facts);

struct Reached {
  Findings findings;
  std::optional<std::chrono::seconds> behind_peer{};
};
/// Dials each relay that is known here by an invite, as QNet does. Blocks, for half a minute at most.
[[nodiscard]] Reached check_reach(const Facts& facts);

/// Of a relay: as `qnet cover check`, or what its own web site needs.
[[nodiscard]] Findings check_cover(const Facts& facts);

/// The state folder: rights, and files that are damaged.
[[nodiscard]] Findings check_keys(const Facts& facts);

/// Proxy settings of the desktop, of browsers and of the environment (proxy_settings.hpp).
[[nodiscard]] Findings check_proxies(const Facts& facts);

}  // namespace qnet::cli
