#include "transport/htx/mirror_profiles.hpp"

#include <algorithm>

#include "foundation/base/reader.hpp"
#include "protocol/client_hello/hello_shape.hpp"

namespace qnet::htx {

namespace {

/// Whether a server may choose the profile's suite and group for this hello (RFC 8446 §4.1.3, §4.2.8).
bool permits(const client_hello::ClientHello& hello, const MirrorProfile& profile) {
  bool suite = false;
  for (base::Reader reader(hello.cipher_suites); const auto offered = reader.integer<std::uint16_t>();)
    suite = suite || *offered == profile.cipher_suite;
  return suite && hello.key_share(profile.group).has_value();
}

}  // namespace

MirrorProfiles::MirrorProfiles(std::vector<MirrorProfile> profiles) {
  for (auto& profile : profiles)
    profiles_.push_back(std::make_shared<const MirrorProfile>(std::move(profile)));
}

std::shared_ptr<const MirrorProfile> MirrorProfiles::find(const client_hello::ClientHello& hello) const {
  if (profiles_.empty()) return nullptr;
  const auto shape = client_hello::hello_shape(hello);
  const auto usable = [&](const auto& profile) { return permits(hello, *profile); };
  const auto exact = std::ranges::find_if(
      profiles_, [&](const auto& profile) { return profile->hello == shape && usable(profile); });
  if (exact != profiles_.end()) return *exact;
  const auto close = std::ranges::find_if(profiles_, usable);
  return close != profiles_.end() ? *close : nullptr;
}

}  // namespace qnet::htx
