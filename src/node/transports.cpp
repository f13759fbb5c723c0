#include "node/transports.hpp"

#include "transport/mirror/dialer.hpp"
#include "transport/site/dialer.hpp"

namespace qnet::node {

namespace {

/// Loaded when it is first asked for: most nodes never are, and it takes memory and some 20 ms.
std::function<std::shared_ptr<const crypto::TrustStore>()> authorities_of(const DialerConfig& config) {
  if (config.authorities) return [loaded = config.authorities] { return loaded; };
  auto store = std::make_shared<std::shared_ptr<const crypto::TrustStore>>();
  return [store, file = config.authorities_file] {
    if (*store) return *store;
    auto made = crypto::TrustStore::from_file_or_system(file.string());
    if (made) *store = std::make_shared<const crypto::TrustStore>(std::move(*made));
    return *store;
  };
}

}  // namespace

std::shared_ptr<const session::Dialer> make_dialer(const DialerConfig& config, base::RandomSource& random) {
  link::Dialers transports;
  mirror::add_dialer(
      transports,
      {config.browser, authorities_of(config), config.rests, {}, config.own_key, config.other_browsers},
      random);
  if (config.authorities)
    site::add_dialer(transports, config.browser, config.authorities, random, config.own_key,
                     config.other_browsers);
  if (config.rests) transports.rest_where_not_recognised(random);
  return std::make_shared<const session::Dialer>(std::move(transports), random);
}

}  // namespace qnet::node
