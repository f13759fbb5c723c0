// The first words of an HTTP/2 client (RFC 9113 §3.4), for a visit that goes on as a browser's does.
#pragma once

#include <string_view>

#include "foundation/base/bytes.hpp"

namespace qnet::calibration {

/// The preface, a SETTINGS and a WINDOW_UPDATE frame: `size` bytes, or as near below as whole settings allow.
[[nodiscard]] base::Bytes h2_opening(std::size_t size);

/// GET / as the first stream (RFC 9113 §8.3, RFC 7541). `authority` has 1 to 253 bytes.
[[nodiscard]] base::Bytes h2_request(std::string_view authority);

}  // namespace qnet::calibration
