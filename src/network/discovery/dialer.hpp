// Dials any relay, whatever its cover.
#pragma once

#include <memory>
#include <optional>

#include "foundation/crypto/certificate.hpp"
#include "network/directory/descriptor.hpp"
#include "network/discovery/site_dialer.hpp"
#include "overlay/peer/invite.hpp"
#include "overlay/session/htx_dialer.hpp"

namespace qnet::discovery {

/// How a node's connections look, and which certificates it believes. Shared by all who dial for it; lives
/// longer than their sessions.
class Dialer {
 public:
  /// `site_trust` may be left out where no relay of cover `site` is dialled. `random` must outlive it.
  Dialer(client_hello::Template browser, std::optional<crypto::TrustStore> site_trust,
         base::RandomSource& random)
      : browser_(std::move(browser)), site_trust_(std::move(site_trust)), random_(random) {}

  net::Task<base::Result<session::Dialled>> dial(session::RelayAddress relay) const;
  [[nodiscard]] const client_hello::Template& browser() const { return browser_; }
  [[nodiscard]] base::RandomSource& random() const { return random_; }

 private:
  client_hello::Template browser_;
  std::optional<crypto::TrustStore> site_trust_;
  base::RandomSource& random_;
};

[[nodiscard]] session::RelayAddress address_of(const peer::Invite& invite);
/// The relay's `index`th address.
[[nodiscard]] session::RelayAddress address_of(const directory::Descriptor& descriptor,
                                               std::size_t index = 0);

}  // namespace qnet::discovery
