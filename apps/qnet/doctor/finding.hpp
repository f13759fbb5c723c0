// What the doctor has found.
#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "control/status.hpp"
#include "live/page.hpp"

namespace qnet::cli {

enum class Level { ok, warning, problem };

/// The sentences "doctor.CODE" and, where something is to be done, "doctor.todo.CODE" of data/words.
struct Finding {
  std::string check;  ///< what was looked at: "clock", "ports", …
  Level level = Level::ok;
  std::string code;
  control::WordMap words{};

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string todo() const;  ///< empty for ok
  bool operator==(const Finding&) const = default;
};
using Findings = std::vector<Finding>;

[[nodiscard]] std::string_view to_text(Level level);

/// {"findings": [{"check", "level", "code", "words", "text", "todo"}], "problems": 1, "warnings": 0}.
[[nodiscard]] boost::json::object findings_json(const Findings& findings);
void draw_findings(Page& page, const Findings& findings);
[[nodiscard]] std::size_t count(const Findings& findings, Level level);

}  // namespace qnet::cli
