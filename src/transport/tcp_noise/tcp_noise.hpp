// Noise XK over TCP, without any cover: the smallest transport. For tests and for networks of one's own;
// whoever looks sees that it is no web traffic, so no invite can name it.
#pragma once

#include <memory>

#include "foundation/base/random.hpp"
#include "foundation/crypto/x25519.hpp"
#include "transport/link/accept_loop.hpp"
#include "transport/link/dialers.hpp"
#include "transport/link/listener.hpp"

namespace qnet::tcp_noise {

inline constexpr link::Cover kCover = link::Cover::first_private;

/// Adds this transport to a node's. `random` must outlive the links. `own_key`: who we are to the relay;
/// null: nobody, with a key that is fresh for each link.
void add_dialer(link::Dialers& dialers, base::RandomSource& random,
                std::shared_ptr<const crypto::X25519KeyPair> own_key = nullptr);

struct ListenerConfig {
  net::tcp::endpoint listen;
  crypto::X25519KeyPair noise;  ///< the relay's
};

/// For the list of a node's listeners. Who is no peer is reset.
[[nodiscard]] link::OpenListener listener(ListenerConfig config);

}  // namespace qnet::tcp_noise
