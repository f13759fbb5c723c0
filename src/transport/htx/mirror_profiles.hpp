// A relay's profiles: one for each kind of hello that it has shown to its origin.
#pragma once

#include <memory>
#include <vector>

#include "protocol/client_hello/client_hello.hpp"
#include "transport/htx/mirror_profile.hpp"

namespace qnet::htx {

class MirrorProfiles {
 public:
  MirrorProfiles() = default;
  explicit MirrorProfiles(std::vector<MirrorProfile> profiles);

  /// The one measured with such a hello; else the first that the hello permits, for a peer whose template is
  /// newer than this relay. Null when there is none: then nobody can be answered.
  [[nodiscard]] std::shared_ptr<const MirrorProfile> find(const client_hello::ClientHello& hello) const;

  [[nodiscard]] bool empty() const { return profiles_.empty(); }
  [[nodiscard]] const std::vector<std::shared_ptr<const MirrorProfile>>& all() const { return profiles_; }

 private:
  std::vector<std::shared_ptr<const MirrorProfile>> profiles_;
};

}  // namespace qnet::htx
