// The files of data/templates, compiled in (cmake/EmbedData.cmake).
#pragma once

#include <span>

#include "foundation/base/embedded_file.hpp"

namespace qnet::client_hello {

[[nodiscard]] std::span<const base::EmbeddedFile> embedded_templates();

}  // namespace qnet::client_hello
