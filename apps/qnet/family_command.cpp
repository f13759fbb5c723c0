#include "family_command.hpp"

#include <fmt/core.h>

#include "error.hpp"
#include "foundation/crypto/system_random.hpp"
#include "overlay/peer/family.hpp"

namespace qnet::cli {

base::Result<void> new_family(const Settings& settings) {
  if (settings.words.size() != 1)
    return base::fail(Errc::missing, "say where to keep the family's key: qnet family new FILE");
  const auto& file = settings.words.front();
  crypto::SystemRandom random;
  auto family = peer::create_family(file, random);
  if (!family) return base::forward_error(family);
  fmt::print(
      R"(A new family: {}
Its key is in {}

Copy this file to each of your relays, for the user that runs QNet there alone (mode 0600), and start each of them
with --family FILE: the directory then tells that no path may use two of them. Keep a copy: a relay that you add later
needs the same file. Another person who has it can say that their relays are yours.
)",
      base::to_hex(family->public_key), file);
  return {};
}

}  // namespace qnet::cli
