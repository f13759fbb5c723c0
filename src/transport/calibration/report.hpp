// What an operator should know of a cover origin before choosing it, as text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "foundation/base/result.hpp"
#include "transport/calibration/study.hpp"

namespace qnet::calibration {

struct Report {
  std::string origin;  ///< "HOST:PORT"
  std::string name;
  std::vector<std::string> addresses;
  struct Row {
    std::string browser;
    base::Result<Study> study;
  };
  std::vector<Row> rows;                     ///< one for each template, at least one
  std::optional<base::Error> trust;          ///< why browsers would not trust the certificate
  std::optional<std::string> other_network;  ///< the relay's address, when the origin's are in other networks
  std::chrono::system_clock::time_point now;
};

/// Whether a relay could mirror it for at least one browser.
[[nodiscard]] bool usable(const Report& report);
/// Several lines, ended by a verdict.
[[nodiscard]] std::string to_text(const Report& report);

}  // namespace qnet::calibration
