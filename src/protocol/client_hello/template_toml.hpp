// A template as the text of its file (data/templates/README.md): what parse_template() reads back.
#pragma once

#include <span>
#include <string>

#include "protocol/client_hello/template.hpp"

namespace qnet::client_hello {

/// "grease:cipher", "0a1b"…
[[nodiscard]] std::string part_text(const Part& item, const Template& browser);

/// `notes` become comments at the top.
[[nodiscard]] std::string to_toml(const Template& browser, std::span<const std::string> notes = {});

}  // namespace qnet::client_hello
