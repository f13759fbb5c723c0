// The first words of an HTTP/2 client (RFC 9113 §3.4), for a visit that goes on as a browser's does.
#pragma once

#include "base/bytes.hpp"

namespace qnet::calibration {

/// The preface, a SETTINGS and a WINDOW_UPDATE frame: `size` bytes, or as near below as whole settings allow.
[[nodiscard]] base::Bytes h2_opening(std::size_t size);

}  // namespace qnet::calibration
