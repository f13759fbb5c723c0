// Is something wrong, and what should the person do? One answer for page, command line and API.
#pragma once

#include <string>

#include "control/status.hpp"

namespace qnet::control {

/// The sentences "advice.CODE" and "todo.CODE" of data/words. `code` is "ok" when nothing is wrong.
struct Advice {
  std::string code = "ok";
  WordMap words{};
  bool operator==(const Advice&) const = default;
};

/// The first thing that is wrong, the most serious first; of all nodes in a demo.
[[nodiscard]] Advice advise(const Status& status);

}  // namespace qnet::control
