// The relay's side of /qnet/measure/1.
#pragma once

#include <functional>
#include <memory>

#include "overlay/measure/allowance.hpp"
#include "overlay/session/session.hpp"

namespace qnet::measure {

/// Gives so many bytes as are asked for, to the peers that `standing_of` knows: called on the session's
/// thread with the key that the peer has shown. One allowance for all cores.
[[nodiscard]] session::Handler measure_handler(
    std::shared_ptr<Allowance> allowance, std::function<Standing(const crypto::X25519Public&)> standing_of);

}  // namespace qnet::measure
