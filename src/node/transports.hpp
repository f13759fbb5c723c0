// Every transport that this program has: a line each, here for dialling and in apps/qnet/node_config.cpp for
// listening.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/crypto/certificate.hpp"
#include "overlay/session/dialer.hpp"
#include "protocol/client_hello/template.hpp"

namespace qnet::node {

struct DialerConfig {
  /// Connections look like this browser's.
  const client_hello::Template& browser;
  /// Who vouches for the certificates of cover `site`; null where no relay of that cover is dialled.
  std::shared_ptr<const crypto::TrustStore> authorities;
  /// For clients: where an ordinary web server answers in a relay's place, its page is loaded, and the
  /// address rests for some minutes.
  bool rests = false;
  /// Of those who vouch for such a web server, where `authorities` is null: a file, or empty for the
  /// system's.
  std::filesystem::path authorities_file{};
  /// Who this node is to the relays that it dials; null: nobody, with a key that is fresh for each link. A
  /// relay's own, for those of its links that carry circuits.
  std::shared_ptr<const crypto::X25519KeyPair> own_key{};
  /// For link::RelayAddress::look from 1 on.
  std::vector<client_hello::Template> other_browsers{};
};

/// `random` must outlive the dialer and its sessions.
[[nodiscard]] std::shared_ptr<const session::Dialer> make_dialer(const DialerConfig& config,
                                                                 base::RandomSource& random);

}  // namespace qnet::node
