#pragma once

#include <string_view>

namespace qnet::link {

/// What every transport says in the same words, so that nobody above has to know which one it was.
enum class Errc {
  not_recognised = 1,   ///< the relay takes us for a stranger: another key, an old invite, a wrong clock
  handshake_timed_out,  ///< the peer answered, and did not finish in time
  no_transport,         ///< this program, as it was started, has none for the relay's cover
  keys_used_up,         ///< the keys may protect no more: the link must end
};

[[nodiscard]] inline const char* error_domain(Errc) { return "link"; }
[[nodiscard]] std::string_view describe(Errc code);

}  // namespace qnet::link
