// A relay's mirror profiles on disk, one file for each template: a relay that starts anew answers at once, as
// its origin did when it was last seen.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "foundation/base/result.hpp"
#include "transport/htx/mirror_profile.hpp"
#include "transport/mirror/cover_origin.hpp"

namespace qnet::mirror {

class ProfileStore {
 public:
  /// `state_dir` is the relay's.
  explicit ProfileStore(const std::filesystem::path& state_dir) : folder_(state_dir / "mirror") {}

  /// Those of this origin, in this program's version; what cannot be used is left out, as it is measured
  /// anew.
  [[nodiscard]] std::vector<htx::MirrorProfile> load(const CoverOrigin& origin) const;
  /// Replaces each file as a whole or not at all.
  [[nodiscard]] base::Result<void> save(std::span<const htx::MirrorProfile> profiles) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace qnet::mirror
