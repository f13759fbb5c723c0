#pragma once

#include <string_view>

namespace qnet::noise {

enum class Errc {
  decrypt_failed = 1,  ///< a tag did not match: another key, another transcript, or a forgery
  truncated,           ///< a message shorter than its pattern needs
  too_long,            ///< over 65,535 bytes (Noise §3)
  nonce_exhausted,     ///< 2^64 - 1 is reserved (Noise §5.1); no more may be sent under this key
  bad_key,             ///< a Diffie-Hellman result of all zeros
  out_of_turn,         ///< a message written when one was to be read, or after the handshake
};

[[nodiscard]] inline const char* error_domain(Errc) { return "noise"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::noise
