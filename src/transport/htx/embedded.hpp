// The files of data/profiles, compiled in (cmake/EmbedData.cmake).
#pragma once

#include <span>

#include "foundation/base/embedded_file.hpp"

namespace qnet::htx {

[[nodiscard]] std::span<const base::EmbeddedFile> embedded_profiles();

}  // namespace qnet::htx
