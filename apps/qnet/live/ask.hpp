// Asks the QNet that runs on this machine. Errors: control's, and Errc::refused with its reason.
#pragma once

#include <string>

#include "foundation/base/result.hpp"
#include "live/reading.hpp"
#include "settings.hpp"

namespace qnet::cli {

/// What everybody on this machine may read.
[[nodiscard]] base::Result<std::string> ask(const Settings& settings, std::string_view target);
/// GET /status.
[[nodiscard]] base::Result<Json> ask_status(const Settings& settings);

/// The secret of the running QNet. That one runs is seen first: where none does, that is told, and not that a
/// file is missing.
[[nodiscard]] base::Result<std::string> ask_token(const Settings& settings);
/// What only those may read who show the secret. `otherwise` is the sentence where there is no such thing.
[[nodiscard]] base::Result<std::string> ask_with_token(const Settings& settings, std::string_view target,
                                                       std::string_view otherwise);
/// POSTs a JSON text.
[[nodiscard]] base::Result<std::string> change(const Settings& settings, std::string_view target,
                                               std::string body, std::string_view otherwise);

/// Any JSON of the API as it is shown: on one line, without what could speak to a terminal. Error:
/// bad_answer.
[[nodiscard]] base::Result<std::string> shown_json(std::string_view body);
[[nodiscard]] std::string shown_json(const boost::json::value& value);

}  // namespace qnet::cli
