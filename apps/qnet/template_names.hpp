// The word behind --template, and behind `qnet template show`: a built-in template's name, or a file of one.
#pragma once

#include <string>

#include "foundation/base/result.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::cli {

/// A word with a slash, or that ends in .toml, is a file's name.
[[nodiscard]] bool names_a_file(const std::string& word);

/// "choose chromium-156, edge-156…": for people who gave another name.
[[nodiscard]] std::string known_templates();

[[nodiscard]] base::Result<client_hello::Template> find_or_read_template(const std::string& word);

}  // namespace qnet::cli
