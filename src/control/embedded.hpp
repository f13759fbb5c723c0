// What was compiled in for the API and its page.
#pragma once

#include <span>

#include "foundation/base/embedded_file.hpp"

namespace qnet::control {

/// The tables of words, data/words/LANGUAGE.json, by their language ("en"): the sentences that the page and
/// the command line share, by key.
[[nodiscard]] std::span<const base::EmbeddedFile> embedded_words();

}  // namespace qnet::control
